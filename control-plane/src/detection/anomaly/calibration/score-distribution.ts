import { fitTail, type Tail, tailScore } from './tail-fit.ts';

/** A distribution as numbers, for saving. */
export interface SavedDistribution {
  readonly n: number;
  readonly values: readonly number[];
  readonly scores: readonly number[];
  readonly from: number;
  readonly fromScore: number;
  readonly most: number;
  readonly tail: Tail;
}

/** Values that the body is kept by. */
const KNOTS = 48;
/** No score is higher. */
const MOST_SCORE = 16;

/**
 * How ordinary values are distributed: gives -log10 p of a value, p the chance of one as high or higher. In the body p is
 * empirical; above the highest 5 to 10 % it follows a fitted tail.
 */
export class ScoreDistribution {
  readonly #saved: SavedDistribution;

  constructor(saved: SavedDistribution) {
    this.#saved = saved;
  }

  /** Values of ordinary windows that were held out. @param floor smallest difference of values that means something */
  static of(values: Float64Array, floor: number): ScoreDistribution {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const n = sorted.length;
    const share = n >= 1000 ? 0.05 : 0.1;
    const at = Math.max(0, Math.ceil(n * (1 - share)) - 1);
    const from = sorted[at] ?? 0;
    const excess = sorted.subarray(firstAbove(sorted, from)).map((value) => value - from);
    return new ScoreDistribution({
      n,
      ...bodyOf(sorted),
      from,
      // what lies above is told by the tail
      fromScore: excess.length === 0 ? Math.log10(n + 1) : -Math.log10((excess.length + 0.5) / (n + 1)),
      most: sorted[n - 1] ?? 0,
      tail: fitTail(excess, floor),
    });
  }

  /** How many values it was made of. */
  get size(): number {
    return this.#saved.n;
  }

  get saved(): SavedDistribution {
    return this.#saved;
  }

  /** -log10 p; 0 when it was made of nothing. */
  score(value: number): number {
    const { n, from, fromScore, most, tail } = this.#saved;
    if (n === 0) return 0;
    if (value <= from) return this.#body(value);
    const beyond = fromScore + tailScore(tail, value - from);
    // the chance of more than all n values is 1 in n + 1, whatever the tail looks like
    return Math.min(MOST_SCORE, value > most ? Math.max(beyond, Math.log10(n + 1)) : beyond);
  }

  #body(value: number): number {
    const { values, scores } = this.#saved;
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    const right = values[low];
    const left = values[low - 1];
    const rightScore = scores[low] ?? 0;
    if (right === undefined) return scores[low - 1] ?? 0;
    if (left === undefined || right === left) return rightScore;
    const leftScore = scores[low - 1] ?? 0;
    return leftScore + ((rightScore - leftScore) * (value - left)) / (right - left);
  }
}

/** Different values, spread evenly over their ranks, and -log10 of the share at or above each. */
function bodyOf(sorted: Float64Array): { values: number[]; scores: number[] } {
  const n = sorted.length;
  const values: number[] = [];
  const scores: number[] = [];
  for (let i = 0; i <= KNOTS && n > 0; i++) {
    const value = sorted[Math.round((i * (n - 1)) / KNOTS)] ?? 0;
    if (values.at(-1) === value) continue;
    values.push(value);
    scores.push(-Math.log10((n - firstAt(sorted, value) + 1) / (n + 1)));
  }
  return { values, scores };
}

const firstAt = (sorted: Float64Array, value: number) => search(sorted, (x) => x < value);
const firstAbove = (sorted: Float64Array, value: number) => search(sorted, (x) => x <= value);

function search(sorted: Float64Array, isBefore: (x: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
