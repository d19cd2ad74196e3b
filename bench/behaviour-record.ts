import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordFleet } from '../test/workloads/record-fleet.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';

const FOLDER = fileURLToPath(new URL('../build/behaviour', import.meta.url));
const SHOPS = 8;

/**
 * Records ordinary workloads for behaviour models, in pieces below build/behaviour: eight shops for an hour and three
 * quarters, or one for a minute when it has to be quick. SIGTERM and Ctrl-C end it earlier, in order.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const folder = join(FOLDER, quick ? 'quick' : 'fleet');
  rmSync(folder, { recursive: true, force: true });
  const early = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => early.abort());
  const { deeds, losses } = await recordFleet({
    folder,
    shops: quick ? 1 : SHOPS,
    seconds: quick ? 45 : 105 * 60,
    pieceSeconds: quick ? 30 : 600,
    note: (line) => console.error(line),
    signal: early.signal,
  });
  const pieces = readdirSync(folder).map((name): [string, number] => [name, statSync(join(folder, name)).size]);
  const told = (counts: ReadonlyMap<string, number>): Table => [['', 'times'], ...counts];
  return {
    tables: [[['piece', 'bytes'], ...pieces], told(deeds.counts), told(deeds.failures)],
    result: {
      pieces: pieces.length,
      bytes: pieces.reduce((sum, [, bytes]) => sum + bytes, 0),
      losses,
      deeds: Object.fromEntries(deeds.counts),
      failed: Object.fromEntries(deeds.failures),
    },
  };
}
