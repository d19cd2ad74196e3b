import { PRIORITIES } from '@picket/sdk';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Arguments, type Command, oneOf } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { printChanged } from './print-changed.ts';

const USAGE = `RULE (--enable | --disable | --priority LEVEL | --clear) [--reason TEXT] ${API_USAGE}`;

/** Changes one rule apart from its file. */
export const rulesOverride: Command = {
  name: 'rules override',
  usage: USAGE,
  summary: 'switch a rule on or off, or change its priority; --clear undoes it',
  options: {
    enable: { type: 'boolean' },
    disable: { type: 'boolean' },
    priority: { type: 'string' },
    clear: { type: 'boolean' },
    reason: { type: 'string' },
    ...API_OPTIONS,
  },
  positionals: [1, 1],
  async run(config, args, io) {
    const rule = args.positionals[0] ?? '';
    const body = bodyOf(args);
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const changed = body
      ? await client.rules.overrides.set(rule, body, options)
      : await client.rules.overrides.delete(rule, options);
    printChanged(changed, io);
    return 0;
  },
};

export const rulesOverrides: Command = {
  name: 'rules overrides',
  usage: API_USAGE,
  summary: 'show which rules are changed apart from their files',
  options: API_OPTIONS,
  positionals: [0, 0],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const { items } = await client.rules.overrides.list({ signal: io.signal });
    for (const { rule, enabled, priority, reason, applies } of items) {
      const what = [enabled === null ? '' : enabled ? 'enabled' : 'disabled', priority ?? '']
        .filter(Boolean)
        .join(', ');
      io.out(
        printable(`${rule}: ${what}${reason ? ` (${reason})` : ''}${applies ? '' : ' - there is no such rule now'}`),
      );
    }
    if (items.length === 0) io.note('no rule is changed');
    return 0;
  },
};

/** Undefined to clear. @throws CliError USAGE */
function bodyOf(args: Arguments) {
  const { enable, disable, clear } = args.flags;
  const priority = oneOf(args, 'priority', PRIORITIES);
  if (enable && disable) throw new CliError('USAGE', 'give --enable or --disable, not both');
  if (clear && (enable || disable || priority)) throw new CliError('USAGE', '--clear goes with nothing else');
  if (clear) return undefined;
  if (!enable && !disable && !priority)
    throw new CliError('USAGE', `say what to change: picket rules override ${USAGE}`);
  const enabled = enable ? true : disable ? false : undefined;
  return { enabled, priority, reason: args.text.reason };
}
