import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ALL_ATTACKS } from '../test/behaviour/all-attacks.ts';
import { recordAttacks } from '../test/behaviour/record-attacks.ts';
import type { BenchOptions, BenchReport } from './report.ts';

const FOLDER = fileURLToPath(new URL('../build/behaviour/', import.meta.url));
/** Few that are over soon. */
const QUICK = ['app-command', 'web-built-ins'];

/**
 * Attacks a working shop and records that with the truth of what was done when, below build/behaviour: half an hour, or two
 * attacks when it has to be quick.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const folder = `${FOLDER}${quick ? 'quick-attacks' : 'attacks'}`;
  rmSync(folder, { recursive: true, force: true });
  const spans = await recordAttacks({
    folder,
    attacks: quick ? ALL_ATTACKS.filter(({ id }) => QUICK.includes(id)) : ALL_ATTACKS,
    note: (line) => console.error(line),
  });
  const failed = spans.filter(({ done }) => !done);
  return {
    tables: [
      [
        ['attack', 'technique', 'seconds', 'done'],
        ...spans.map(({ id, technique, from, to, done }) => [
          id,
          technique,
          Math.round((to - from) / 1000),
          done ? 'yes' : 'no',
        ]),
      ],
    ],
    result: { attacks: spans.length, failed: Object.fromEntries(failed.map(({ id, why }) => [id, why])) },
  };
}
