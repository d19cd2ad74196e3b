import { quantile } from '../../statistics.ts';
import { bootstrap } from './bootstrap.ts';
import { areaUnderRoc, averagePrecision, type Curve, curveOf, foundAt } from './curve.ts';
import { type Labelled, rank } from './labelled.ts';

/** Shares of false alarms at which attacks found are told. */
export const FALSE_POSITIVES = [0.05, 0.01, 0.001] as const;

/** A mean over seeds, with its 95 % interval; not numbers where there is too little ordinary work to tell. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Measures {
  readonly auc: Measured;
  readonly averagePrecision: Measured;
  /** In the order of FALSE_POSITIVES. */
  readonly found: readonly Measured[];
  /** Of the first seed. */
  readonly curve: Curve;
}

/**
 * Everything that is told of the scores of one algorithm: means over seeds, and intervals over draws of all seeds together, so
 * that they hold both what the data and what the seed changes.
 * @param seeds the labels of each seed
 */
export function measure(seeds: readonly (readonly Labelled[])[], draws: number): Measures {
  const all = seeds.map((labels, seed) => {
    const ranking = rank(labels);
    const curve = curveOf(ranking);
    const again = bootstrap(labels, (weights) => values(curveOf(ranking, weights)), { seed, draws });
    return { curve, values: values(curve), again };
  });
  const [auc = UNKNOWN, precision = UNKNOWN, ...found] = (all[0]?.values ?? []).map((_, at) =>
    measured(
      all.map((one) => one.values[at] ?? Number.NaN),
      all.flatMap(({ again }) => again.map((draw) => draw[at] ?? Number.NaN)),
    ),
  );
  const curve = all[0]?.curve ?? curveOf(rank([]));
  return {
    auc,
    averagePrecision: precision,
    // One false alarm of fewer samples than 1 / share is already more than the share.
    found: found.map((one, at) => (curve.ordinary * (FALSE_POSITIVES[at] ?? 1) < 1 ? UNKNOWN : one)),
    curve,
  };
}

const values = (curve: Curve): number[] => [
  areaUnderRoc(curve),
  averagePrecision(curve),
  ...FALSE_POSITIVES.map((share) => foundAt(curve, share)),
];

function measured(seeds: readonly number[], draws: readonly number[]): Measured {
  const known = draws.filter(Number.isFinite);
  return {
    value: seeds.reduce((sum, value) => sum + value, 0) / seeds.length,
    low: quantile(known, 0.025),
    high: quantile(known, 0.975),
  };
}

const UNKNOWN: Measured = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
