import type { Algorithm } from './algorithm.ts';
import { type Evaluation, evaluate, type OperatingPoint } from './evaluate.ts';
import { type Measures, measure } from './metrics/measure.ts';
import type { Dataset } from './sample.ts';

export interface CompareOptions {
  readonly seeds: number;
  /** Draws for the intervals, in all. */
  readonly draws: number;
}

/** What an algorithm did with a set of data, over all seeds. */
export interface Row {
  readonly algorithm: Algorithm;
  readonly measures: Measures;
  readonly points: readonly OperatingPoint[];
  readonly fitMs: number;
  readonly scoreUs: number;
  readonly bytes: number;
}

/** Runs every algorithm that can take the data. @throws DataError for a split that leaks */
export async function compare(
  set: Dataset,
  algorithms: readonly Algorithm[],
  { seeds, draws }: CompareOptions,
  note: (line: string) => void,
): Promise<Row[]> {
  const splits = Array.from({ length: seeds }, (_, at) => set.split(at + 1));
  const rows: Row[] = [];
  for (const algorithm of algorithms) {
    if (algorithm.input === 'sequences' && !set.sequences) continue;
    const start = performance.now();
    const evaluations: Evaluation[] = [];
    // Networks take long, and one seed of theirs says what there is to say.
    const own = algorithm.slow ? splits.slice(0, 1) : splits;
    for (const [at, split] of own.entries()) evaluations.push(await evaluate(algorithm, split, at + 1));
    rows.push(rowOf(algorithm, evaluations, Math.ceil(draws / own.length)));
    note(`${set.name}: ${algorithm.name}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return rows;
}

function rowOf(algorithm: Algorithm, evaluations: readonly Evaluation[], draws: number): Row {
  const mean = (value: (one: Evaluation) => number) =>
    evaluations.reduce((sum, one) => sum + value(one), 0) / evaluations.length;
  const points = (evaluations[0]?.points ?? []).map(({ target }, at) => {
    const of = (name: keyof OperatingPoint) => mean(({ points: own }) => own[at]?.[name] ?? Number.NaN);
    const [falsePositives, found, attacksFound] = [of('falsePositives'), of('found'), of('attacksFound')];
    return { target, falsePositives, found, attacksFound };
  });
  return {
    algorithm,
    measures: measure(
      evaluations.map(({ labels }) => labels),
      draws,
    ),
    points,
    fitMs: mean(({ fitMs }) => fitMs),
    scoreUs: mean(({ scoreUs }) => scoreUs),
    bytes: mean(({ bytes }) => bytes),
  };
}
