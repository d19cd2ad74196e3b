import { quantile } from '../statistics.ts';

/** Below every score, yet finite: quantiles lie between values. */
const LOWEST = -1e12;
const LEAST_SPREAD = 1e-9;

/**
 * Makes scores of models of different workloads comparable: in spreads (median to the strangest hundredth) of the ordinary
 * samples that choose the threshold. The order within a workload stays. A score that is not a number becomes the lowest.
 */
export function comparable(calibration: Float64Array): (score: number) => number {
  const known = calibration.filter((score) => !Number.isNaN(score));
  const middle = known.length > 0 ? quantile([...known], 0.5) : 0;
  const spread = known.length > 0 ? Math.max(quantile([...known], 0.99) - middle, LEAST_SPREAD) : 1;
  return (score) => orLowest((score - middle) / spread);
}

/** A score for sorting: what is not a number is the lowest. */
export const orLowest = (score: number): number => (Number.isNaN(score) ? LOWEST : Math.max(LOWEST, score));
