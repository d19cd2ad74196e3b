import { readFileSync } from 'node:fs';
import { ALGORITHMS } from './algorithms/adapters/all.ts';
import { missingScikit, scikitForest } from './algorithms/adapters/scikit-forest.ts';
import { type CompareOptions, compare, type Row } from './algorithms/compare.ts';
import { readConfig } from './algorithms/config.ts';
import { curveCharts } from './algorithms/curve-charts.ts';
import { datasets } from './algorithms/datasets.ts';
import { costTable, rowResult, scoreTable } from './algorithms/report-tables.ts';
import type { Dataset } from './algorithms/sample.ts';
import { type BenchOptions, type BenchReport, fillIn, markdownTable, type Table } from './report.ts';

const DOCUMENT = 'docs/algorithms.md';
const QUICK: CompareOptions = { seeds: 1, draws: 100 };
const FULL: CompareOptions = { seeds: 3, draws: 300 };

/**
 * Ways to tell strange work from ordinary work, side by side over the same data under the same protocol: made windows, real
 * containers that were recorded here, and what PICKET_DATA names.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const { sets, missing } = await datasets(readConfig(), quick);
  const scikit = missingScikit();
  const algorithms = ALGORITHMS.filter((one) => !(quick && one.slow) && !(scikit && one === scikitForest));
  const notes = [...missing, ...(scikit ? [scikit] : []), ...(quick ? ['networks are left out of quick runs'] : [])];
  for (const line of [...sets.flatMap((set) => set.notes.map((one) => `${set.name}: ${one}`)), ...notes])
    console.log(line);
  console.log();
  const done: Compared[] = [];
  for (const set of sets) done.push({ set, rows: await compare(set, algorithms, quick ? QUICK : FULL, console.error) });
  return {
    tables: done.flatMap(tablesOf),
    result: {
      sets: done.map(({ set, rows }) => ({ name: set.name, notes: set.notes, rows: rows.map(rowResult) })),
      notes,
    },
    files: Object.assign({ [DOCUMENT]: document(done) }, ...done.filter(isDrawn).map(curveCharts)),
  };
}

interface Compared {
  readonly set: Dataset;
  readonly rows: readonly Row[];
}

const tablesOf = ({ set, rows }: Compared): Table[] => [scoreTable(set.name, rows), costTable(set.name, rows)];

/** Of foreign data there are numbers alone. */
const isDrawn = ({ set }: Compared): boolean => ['made windows', 'recorded containers'].includes(set.name);

/** The document with new tables for the sets that there were; the others keep what they had. */
function document(done: readonly Compared[]): string {
  let text = readFileSync(new URL(`../${DOCUMENT}`, import.meta.url), 'utf8');
  for (const { set, rows } of done) {
    const parts = [set.notes.map((line) => `- ${line}`).join('\n'), ...tablesOf({ set, rows }).map(markdownTable)];
    text = fillIn(text, set.name, parts.join('\n\n'));
  }
  return text;
}
