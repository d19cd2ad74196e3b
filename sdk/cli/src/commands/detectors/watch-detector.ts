import { setTimeout as sleep } from 'node:timers/promises';
import type { DetectorFindingInfo, PicketClient } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Command, type Io, positiveNumber } from '../../command.ts';
import { formatAlert } from '../../format-alert.ts';
import { printable } from '../../printable.ts';
import { formatStats } from './format-detector.ts';

const FOLLOW = { follow: { type: 'boolean' } } as const;
const JSON_OPTION = { json: { type: 'boolean' } } as const;
const EVERY_MS = 1000;
/** Most that one call of the API gives. */
const PAGE = 200;

export const detectorsStats: Command = {
  name: 'detectors stats',
  usage: `NAME [--json] ${API_USAGE}`,
  summary: 'show how the running versions of a detector fare',
  options: { ...JSON_OPTION, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const stats = await client.detectors.stats(args.positionals[0] ?? '', { signal: io.signal });
    if (args.flags.json) io.out(JSON.stringify(stats, null, 2));
    else for (const [i, each] of stats.items.entries()) print(io, [...(i > 0 ? [''] : []), ...formatStats(each)]);
    if (stats.items.length === 0) io.note('no version of it runs here');
    return 0;
  },
};

/** Findings that were recorded and are no alerts: those of stage shadow, and of a canary where it does not alert. */
export const detectorsFindings: Command = {
  name: 'detectors findings',
  usage: `NAME [--version VERSION] [--limit N] [--follow] [--json] ${API_USAGE}`,
  summary: 'show what a detector found without an alert',
  options: { version: { type: 'string' }, limit: { type: 'string' }, ...FOLLOW, ...JSON_OPTION, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const limit = positiveNumber(args, 'limit') ?? 50;
    const { version } = args.text;
    const { client } = openApi(config, args);
    const told = new Map<string, number>();
    const tell = async (most: number) => {
      const { items } = await client.detectors.findings(name, { limit: most, version }, { signal: io.signal });
      for (const item of items.reverse()) tellOnce(item, told, args.flags.json === true, io);
      return items.length;
    };
    if ((await tell(limit)) === 0 && !args.flags.follow) io.note(`${name} has recorded nothing`);
    if (args.flags.follow) await repeat(io, () => tell(PAGE));
    return 0;
  },
};

export const detectorsLogs: Command = {
  name: 'detectors logs',
  usage: `NAME [--follow] [--json] ${API_USAGE}`,
  summary: 'show what a detector logged',
  options: { ...FOLLOW, ...JSON_OPTION, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const { client } = openApi(config, args);
    let after: string | undefined;
    let told = 0;
    const tell = async () => {
      const page = await tellLogs(client, name, after, args.flags.json === true, io);
      after = page.next;
      told += page.lines;
    };
    await tell();
    if (told === 0 && !args.flags.follow) io.note(`${name} has logged nothing`);
    if (args.flags.follow) await repeat(io, tell);
    return 0;
  },
};

/** Tells a finding when it is new, and again when it counts more. */
function tellOnce({ version, alert }: DetectorFindingInfo, told: Map<string, number>, json: boolean, io: Io): void {
  const key = `${version} ${alert.uuid}`;
  if ((told.get(key) ?? 0) >= alert.count) return;
  told.set(key, alert.count);
  print(io, json ? [JSON.stringify({ version, alert })] : [...formatAlert(alert)]);
}

/** All lines after a position. */
async function tellLogs(
  client: PicketClient,
  name: string,
  from: string | undefined,
  json: boolean,
  io: Io,
): Promise<{ readonly next: string | undefined; readonly lines: number }> {
  let after = from;
  let lines = 0;
  for (;;) {
    const page = await client.detectors.logs(name, { after, limit: PAGE }, { signal: io.signal });
    if (page.missed > 0) io.note(`${page.missed} lines were pushed out before they could be read`);
    for (const line of page.items) {
      const { time, level, version, message } = line;
      const head = `${time.slice(0, 10)} ${time.slice(11, 19)} ${version.slice(0, 12)} ${level.padEnd(7)}`;
      io.out(json ? JSON.stringify(line) : printable(`${head} ${message}`));
    }
    after = page.next;
    lines += page.items.length;
    if (page.items.length < PAGE) return { next: after, lines };
  }
}

/** Works once a second until the command is ended. */
async function repeat(io: Io, work: () => Promise<unknown>): Promise<void> {
  while (!io.signal.aborted) {
    await work();
    await sleep(EVERY_MS, undefined, { signal: io.signal }).catch(() => undefined);
  }
}

function print(io: Io, lines: readonly string[]): void {
  for (const line of lines) io.out(line);
}
