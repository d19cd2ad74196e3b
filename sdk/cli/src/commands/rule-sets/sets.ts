import { PicketApiError, type PicketClient, type RuleSetInfo } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { everyItem } from '../../api/every-item.ts';
import type { Command, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { printChanged, printFindings } from './print-changed.ts';
import { setFiles } from './set-files.ts';

/** Uploads rule files as a set, and makes it run when asked to. */
export const rulesPush: Command = {
  name: 'rules push',
  usage: `FILE|FOLDER... [--name NAME] [--partial] [--activate] ${API_USAGE}`,
  summary: 'upload rule files as a set; --activate makes it run',
  options: {
    name: { type: 'string' },
    partial: { type: 'boolean' },
    activate: { type: 'boolean' },
    ...API_OPTIONS,
  },
  positionals: [1, 1000],
  async run(config, args, io) {
    const files = setFiles(args.positionals);
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const body = { files, name: args.text.name, partial: args.flags.partial ?? false };
    const set = await client.rules.sets.create(body, options).catch((error: unknown) => explain(error, io));
    printFindings(set.problems, io);
    io.out(set.id);
    if (body.name !== undefined && set.name !== body.name)
      io.note(printable(`these files are kept already, as "${set.name}": that name stays`));
    if (!args.flags.activate) {
      if (!set.active) io.note(`it is kept and does not run yet: picket rules activate ${set.id.slice(0, 12)}`);
      return 0;
    }
    printChanged(await client.rules.sets.activate(set.id, options).catch((error: unknown) => explain(error, io)), io);
    return 0;
  },
};

export const rulesSets: Command = {
  name: 'rules sets',
  usage: `[--json] ${API_USAGE}`,
  summary: 'show the uploaded rule sets and which one runs',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [0, 0],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const { items, next } = await client.rules.sets.list({ limit: 100 }, { signal: io.signal });
    for (const set of items) io.out(args.flags.json ? JSON.stringify(set) : describe(set));
    if (items.length === 0) io.note('no rule set was uploaded: the files of the server run');
    if (next !== null) io.note('and older ones');
    return 0;
  },
};

export const rulesActivate: Command = {
  name: 'rules activate',
  usage: `ID ${API_USAGE}`,
  summary: 'run an uploaded rule set; the beginning of its id will do',
  options: API_OPTIONS,
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const id = await wholeId(client, args.positionals[0] ?? '', io);
    const changed = await client.rules.sets
      .activate(id, { signal: io.signal })
      .catch((error: unknown) => explain(error, io));
    printChanged(changed, io);
    return 0;
  },
};

export const rulesRollback: Command = {
  name: 'rules rollback',
  usage: API_USAGE,
  summary: 'go back to the rule set that ran before',
  options: API_OPTIONS,
  positionals: [0, 0],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    printChanged(await client.rules.rollback({ signal: io.signal }), io);
    return 0;
  },
};

export const rulesReload: Command = {
  name: 'rules reload',
  usage: `[--partial] ${API_USAGE}`,
  summary: 'let the server read its rule files again',
  options: { partial: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [0, 0],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const body = { partial: args.flags.partial ?? false };
    const changed = await client.rules
      .reload(body, { signal: io.signal })
      .catch((error: unknown) => explain(error, io));
    printChanged(changed, io);
    return 0;
  },
};

const describe = ({ id, name, rules, active, partial, created }: RuleSetInfo): string =>
  printable(
    `${id.slice(0, 12)} ${active ? 'active' : '      '} ${created.slice(0, 19)}Z ${String(rules).padStart(4)} rules  ${name}${partial ? ' (partial)' : ''}`,
  );

/** @throws CliError USAGE when no set, or several, begin like this */
async function wholeId(client: PicketClient, start: string, io: Io): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(start)) return start;
  const found: string[] = [];
  for await (const { id } of everyItem((page) => client.rules.sets.list(page, { signal: io.signal })))
    if (start !== '' && id.startsWith(start)) found.push(id);
  if (found.length === 1 && found[0]) return found[0];
  throw new CliError(
    'USAGE',
    `${found.length === 0 ? 'no' : 'more than one'} rule set begins with "${start}": picket rules sets shows them`,
  );
}

/** Shows every place that is wrong before the error goes on. */
function explain(error: unknown, io: Io): never {
  if (error instanceof PicketApiError)
    for (const { path, message } of error.errors) io.note(printable(`error ${path} ${message}`));
  throw error;
}
