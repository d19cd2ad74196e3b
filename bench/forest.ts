import { IsolationForest } from 'ml-isolation-forest';
import { ForestScorer } from '../control-plane/src/detection/anomaly/models/forest/score.ts';
import { trainForest } from '../control-plane/src/detection/anomaly/models/forest/train.ts';
import { Random } from '../control-plane/src/detection/anomaly/models/random.ts';
import { aucOf, mlScores, ourScores, rowsOf } from './forest/compare.ts';
import { type DataSet, dataSets } from './forest/data-sets.ts';
import { askScikit, pythonWithScikit } from './forest/scikit.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';
import { median, round } from './statistics.ts';

/** A model of as many columns as there are scalars and system calls, and one of summaries. */
const COLUMNS = [11, 400];
const ROWS = 2048;

/**
 * What our isolation forest costs (100 trees of 256 rows: CPU to train, and to score a row), and what it finds on shipped sets
 * beside ml-isolation-forest and, where python3-sklearn is installed, scikit-learn.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const python = pythonWithScikit();
  if (python === undefined) console.error('scikit-learn was left out: install python3-sklearn (Debian) to compare');
  const costs = COLUMNS.map((columns) => costOf(columns, quick ? 5 : 15, python));
  const seeds = Array.from({ length: quick ? 1 : 5 }, (_, at) => at + 1);
  const found = qualityOf(seeds, python, quick);
  return {
    tables: [costTable(costs), qualityTable(found)],
    result: { costs, found, seeds: seeds.length },
  };
}

interface Cost {
  readonly columns: number;
  /** CPU to train 100 trees of 256 rows, ms; to score a row, us. */
  readonly ours: Pair;
  readonly ml: Pair;
  /** Time on a clock, Python's start left out. */
  readonly scikit: Pair | undefined;
}

interface Pair {
  readonly trainMs: number;
  readonly scoreUs: number;
}

function costOf(columns: number, turns: number, python: string | undefined): Cost {
  const random = new Random(columns);
  const values = Float32Array.from({ length: ROWS * columns }, () => random.unit());
  const set: DataSet = { name: '', columns, train: values, test: values, isOutlier: [] };
  const scikit = python === undefined ? undefined : askScikit(python, [{ set, seed: 1 }])[0];
  const turnsOf = Array.from({ length: turns }, (_, seed) => ourCost(values, columns, seed));
  return {
    columns,
    ours: {
      trainMs: round(median(turnsOf.map(({ trainMs }) => trainMs)), 1),
      scoreUs: round(median(turnsOf.map(({ scoreUs }) => scoreUs)), 1),
    },
    ml: mlCost(values, columns),
    scikit: scikit && { trainMs: round(scikit.fitMs, 1), scoreUs: round((scikit.scoreMs * 1000) / ROWS, 1) },
  };
}

function ourCost(values: Float32Array, columns: number, seed: number): Pair {
  let forest = trainForest({ values, rows: ROWS, columns }, { seed });
  const trainMs = cpuMs(() => {
    forest = trainForest({ values, rows: ROWS, columns }, { seed });
  });
  if (!forest) throw new Error('no column varies');
  const scorer = new ForestScorer(forest);
  const scoreMs = cpuMs(() => {
    for (let row = 0; row < ROWS; row++) scorer.score(values, row * columns);
  });
  return { trainMs, scoreUs: (scoreMs * 1000) / ROWS };
}

/** It takes all rows it is given into each tree: it gets 256, and scores 64. */
function mlCost(values: Float32Array, columns: number): Pair {
  const rows = rowsOf(values.subarray(0, 256 * columns), columns);
  const forest = new IsolationForest();
  const trainMs = cpuMs(() => forest.train(rows));
  const some = rows.slice(0, 64);
  const scoreMs = cpuMs(() => forest.predict(some));
  return { trainMs: round(trainMs, 1), scoreUs: round((scoreMs * 1000) / some.length, 1) };
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

interface Quality {
  readonly set: string;
  /** Mean areas under the ROC curve over the seeds. */
  readonly ours: number;
  readonly ml: number | undefined;
  readonly scikit: number | undefined;
}

function qualityOf(seeds: readonly number[], python: string | undefined, quick: boolean): Quality[] {
  const asked = seeds.flatMap((seed) => dataSets(seed).map((set) => ({ set, seed })));
  const answers = python === undefined ? [] : askScikit(python, asked);
  const judged = asked.map(({ set, seed }, at) => ({
    set: set.name,
    ours: aucOf(set, ourScores(set, seed)),
    ml: quick ? undefined : aucOf(set, mlScores(set)),
    scikit: answers[at] && aucOf(set, answers[at].scores),
  }));
  return [...Map.groupBy(judged, ({ set }) => set)].map(([set, of]) => ({
    set,
    ours: meanOf(of.map(({ ours }) => ours)) ?? Number.NaN,
    ml: meanOf(of.flatMap(({ ml }) => ml ?? [])),
    scikit: meanOf(of.flatMap(({ scikit }) => scikit ?? [])),
  }));
}

const meanOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : round(values.reduce((sum, value) => sum + value, 0) / values.length, 3);

function costTable(costs: readonly Cost[]): Table {
  const cells = (pair: Pair | undefined) => [pair?.trainMs ?? '-', pair?.scoreUs ?? '-'];
  return [
    [
      'columns',
      'ours: train ms',
      'score us',
      'ml-isolation-forest: train ms',
      'score us',
      'scikit: train ms',
      'score us',
    ],
    ...costs.map(({ columns, ours, ml, scikit }) => [columns, ...cells(ours), ...cells(ml), ...cells(scikit)]),
  ];
}

function qualityTable(found: readonly Quality[]): Table {
  return [
    ['AUC', 'ours', 'scikit-learn', 'ml-isolation-forest'],
    ...found.map(({ set, ours, scikit, ml }) => [set, ours, scikit ?? '-', ml ?? '-']),
  ];
}
