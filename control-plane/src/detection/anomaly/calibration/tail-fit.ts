/** A tail of a distribution: P(X >= u + x | X >= u) = (1 + shape * x / scale) ^ (-1 / shape), exponential where shape is 0. */
export interface Tail {
  readonly scale: number;
  readonly shape: number;
}

/** Fewer exceedances say nothing about the shape. */
const SHAPE_NEEDS = 25;
/** Heavier tails have no variance; what is fitted there from a hundred values is noise. */
const MAX_SHAPE = 0.5;

/**
 * Fits a generalised Pareto distribution by probability-weighted moments (Hosking and Wallis 1987). Tails with an end are
 * taken as exponential ones: the largest value of an hour of windows is not the largest there can be.
 * @param excess how far values lie above the threshold, ascending, none negative
 * @param floor smallest scale: what is smaller is noise of the measure
 */
export function fitTail(excess: Float64Array, floor: number): Tail {
  const n = excess.length;
  if (n === 0) return { scale: floor, shape: 0 };
  const mean = excess.reduce((sum, x) => sum + x, 0) / n;
  if (n < SHAPE_NEEDS) return { scale: Math.max(mean, floor), shape: 0 };
  const weighted = excess.reduce((sum, x, i) => sum + ((n - 1 - i) / (n - 1)) * x, 0) / n;
  const spread = mean - 2 * weighted;
  if (!(spread > 0)) return { scale: Math.max(mean, floor), shape: 0 };
  const shape = Math.min(MAX_SHAPE, Math.max(0, 2 - mean / spread));
  return { scale: Math.max(mean * (1 - shape), floor), shape };
}

/** -log10 of the share of the tail that lies at or above so much of an excess. */
export function tailScore({ scale, shape }: Tail, excess: number): number {
  const x = excess / scale;
  return (shape > 0 ? Math.log1p(shape * x) / shape : x) * Math.LOG10E;
}
