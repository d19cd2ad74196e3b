import { EXCEPTION_STATES, type ExceptionInfo, type ExceptionProposal, PicketApiError } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Arguments, type Command, type Io, positiveNumber } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';

const DAY_MS = 86_400_000;

/** Proposes an exception from an alert, shows its effect, and makes it hold. */
export const rulesExcept: Command = {
  name: 'rules except',
  usage: `ALERT [--owner WHO] [--reason TEXT] [--expires TIME|Nd] [--fields A,B] [--hours N] [--dry-run] ${API_USAGE}`,
  summary: 'make an exception from an alert; --dry-run only shows what it would silence',
  options: {
    owner: { type: 'string' },
    reason: { type: 'string' },
    expires: { type: 'string' },
    fields: { type: 'string' },
    hours: { type: 'string' },
    'dry-run': { type: 'boolean' },
    ...API_OPTIONS,
  },
  positionals: [1, 1],
  async run(config, args, io) {
    const isDry = args.flags['dry-run'] ?? false;
    const given = isDry ? undefined : required(args);
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const proposal = await client.rules.exceptions.propose(
      {
        alert: args.positionals[0] ?? '',
        fields: args.text.fields?.split(',').map((field) => field.trim()),
        hours: positiveNumber(args, 'hours'),
        dry_run: isDry,
        ...given,
      },
      options,
    );
    printProposal(proposal, io);
    if (!given || proposal.id === null) return 0;
    try {
      const exception = await client.rules.exceptions.accept({ proposal: proposal.id, ...given }, options);
      io.out(`holds until ${exception.expires}: ${exception.id}`);
      return 0;
    } catch (error) {
      if (!(error instanceof PicketApiError) || error.code !== 'AUTH_FORBIDDEN') throw error;
      io.out(`proposed: ${proposal.id}`);
      io.note(
        `an operator has to accept it: picket rules accept ${proposal.id} --owner WHO --reason TEXT --expires TIME`,
      );
      return 0;
    }
  },
};

/** Makes what somebody proposed hold. */
export const rulesAccept: Command = {
  name: 'rules accept',
  usage: `PROPOSAL --owner WHO --reason TEXT --expires TIME|Nd ${API_USAGE}`,
  summary: 'make a proposed exception hold',
  options: { owner: { type: 'string' }, reason: { type: 'string' }, expires: { type: 'string' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const body = { proposal: args.positionals[0] ?? '', ...required(args) };
    const { client } = openApi(config, args);
    const exception = await client.rules.exceptions.accept(body, { signal: io.signal });
    io.out(`holds until ${exception.expires}: ${exception.id}`);
    return 0;
  },
};

/** Shows exceptions, or ends one. */
export const rulesExceptions: Command = {
  name: 'rules exceptions',
  usage: `[--state proposed|active|expired|ended] [--end ID] [--json] ${API_USAGE}`,
  summary: 'show exceptions and how often each silenced something; --end ends one',
  options: { state: { type: 'string' }, end: { type: 'string' }, json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [0, 0],
  async run(config, args, io) {
    const state = EXCEPTION_STATES.find((name) => name === args.text.state);
    if (args.text.state !== undefined && !state)
      throw new CliError('USAGE', `--state takes ${EXCEPTION_STATES.join(', ')}, not ${args.text.state}`);
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    if (args.text.end !== undefined) {
      await client.rules.exceptions.end(args.text.end, options);
      return 0;
    }
    const { items, next } = await client.rules.exceptions.list({ limit: 200, state }, options);
    for (const item of items) io.out(args.flags.json ? JSON.stringify(item) : describe(item));
    if (items.length === 0) io.note('no exceptions');
    if (next !== null) io.note('and older ones');
    return 0;
  },
};

function printProposal({ rule, exception, warnings, effect }: ExceptionProposal, io: Io): void {
  const { events, alerts } = effect;
  io.out(printable(`rule      ${rule}`));
  io.out(printable(`except    ${testsOf(exception)}`));
  for (const warning of warnings) io.out(printable(`note      ${warning}`));
  const stretch = events.from && events.until ? `, ${events.from} to ${events.until}` : '';
  const cut = events.cut ? ` (not all: ${CUTS[events.cut]})` : '';
  io.out(`events    ${events.records} in ${events.batches} batches${stretch}${cut}`);
  io.out(`matches   ${events.before.matches} in ${events.before.alerts} alerts without it`);
  io.out(`          ${events.after.matches} in ${events.after.alerts} alerts with it`);
  io.out(
    `stored    it silences ${alerts.silenced} of ${alerts.looked} alerts${alerts.unknown > 0 ? `, ${alerts.unknown} do not tell` : ''}`,
  );
  for (const { time, output } of alerts.examples) io.out(printable(`          ${time} ${output}`));
}

const CUTS = {
  batches: 'there are more batches',
  time: 'it took too long',
  stored: 'older events are not stored',
} as const;

const testsOf = ({ fields, comps, values }: ExceptionProposal['exception']): string =>
  fields.map((field, i) => `${field} ${comps[i]} ${JSON.stringify(values[i])}`).join(' and ');

const describe = ({ id, state, rule, exception, owner, reason, expires, silenced }: ExceptionInfo): string =>
  printable(
    `${id} ${state.padEnd(8)} ${expires?.slice(0, 10) ?? '-'} ${silenced} silenced  ${rule}: ${testsOf(exception)}${owner ? ` [${owner}: ${reason ?? ''}]` : ''}`,
  );

/** @throws CliError USAGE */
function required({ text: { owner, reason, expires } }: Arguments): { owner: string; reason: string; expires: string } {
  if (owner && reason && expires) return { owner, reason, expires: timeOf(expires) };
  throw new CliError(
    'USAGE',
    'an exception needs --owner, --reason and --expires: who answers for it, why, until when',
  );
}

/** A time as it is, or a number of days from now. */
function timeOf(text: string): string {
  const days = /^(\d{1,3})d$/.exec(text)?.[1];
  if (days !== undefined) return new Date(Date.now() + Number(days) * DAY_MS).toISOString();
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new CliError('USAGE', `--expires takes a time as 2027-01-31T12:00:00Z or days as 30d, not ${text}`);
}
