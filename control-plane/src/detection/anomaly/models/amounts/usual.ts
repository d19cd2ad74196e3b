/** Places of a normal distribution, in standard deviations, at which values of training are looked up. */
const PLACES = [1.645, 2.326] as const;
const QUANTILES = [0.95, 0.99] as const;

/** Narrowest standard deviation of log(1 + value): 5 % more or less is never strange. */
const NARROWEST = 0.05;
/** The same for what never changed: how far it may go is not known, only that it did not. */
const NARROWEST_CONSTANT = 0.25;
/** Times 1 / sqrt(1 + value): that of counts of events that come at random, so that one or two more of few are not strange. */
const RANDOM = 0.5;

/**
 * Widest standard deviation beyond all of training: three times the largest of all windows is one more, ten times more than
 * two, also of what comes in two heaps or had a single peak. Windows are a sample, and what strikes once an hour is seen a few
 * times: two or three times the largest is no wonder.
 */
const WIDEST_BEYOND = 1;

/** What is usual of one number, on the scale of log(1 + value). */
export interface Usual {
  /** Between these it is at its centre: the range of what was the middle of it at one time or in one container. */
  readonly low: number;
  readonly high: number;
  /** Distances above `high` that are 1.645, 2.326 and `highest` standard deviations. */
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** 1st and 99th percentile, for people. */
  readonly from: number;
  readonly to: number;
  readonly varies: boolean;
}

/** Where the largest of n values of a normal distribution is expected, about, in standard deviations. */
export const highestOf = (n: number): number => Math.max(2.5, Math.sqrt(2 * Math.log(Math.max(n, 2))));

/**
 * @param sorted values of training, ascending, at least one
 * @param centres further middles: of each container, and of late windows
 */
export function usualOf(sorted: Float64Array, centres: readonly number[]): Usual {
  const middle = quantileOf(sorted, 0.5);
  const low = Math.fround(Math.min(middle, ...centres));
  const high = Math.fround(Math.max(middle, ...centres));
  const spread = 1.4826 * medianDistance(sorted, middle);
  const varies = (sorted[0] ?? 0) < (sorted[sorted.length - 1] ?? 0);
  const side = (from: number, at: (q: number) => number) => distances(sorted.length, { from, spread, varies, at });
  return {
    low,
    high,
    above: side(high, (q) => quantileOf(sorted, q) - high),
    below: side(low, (q) => low - quantileOf(sorted, 1 - q)),
    from: Math.fround(quantileOf(sorted, 0.01)),
    to: Math.fround(quantileOf(sorted, 0.99)),
    varies,
  };
}

interface Side {
  readonly from: number;
  readonly spread: number;
  readonly varies: boolean;
  at(quantile: number): number;
}

/** Never narrower than the spread of the middle, nor than what is never strange; quantiles stretch it for long tails. */
function distances(n: number, { from, spread, varies, at }: Side): number[] {
  const least = Math.max(spread, varies ? 0 : NARROWEST_CONSTANT, narrowest(from));
  const found: number[] = [];
  let [distance, place] = [0, 0];
  for (const [index, next] of [...PLACES, highestOf(n)].entries()) {
    const scale = index === 0 ? least : narrowest(from + distance);
    distance = Math.fround(Math.max(distance + scale * (next - place), at(QUANTILES[index] ?? 1)));
    found.push(distance);
    place = next;
  }
  return found;
}

const narrowest = (level: number): number => Math.max(NARROWEST, RANDOM * Math.exp(-level / 2));

/** How many standard deviations a distance from the centre is. Beyond all of training the scale goes on. */
export function placeOf(first: number, second: number, last: number, distance: number, highest: number): number {
  if (distance <= first) return (PLACES[0] * distance) / first;
  if (distance <= second) return PLACES[0] + ((PLACES[1] - PLACES[0]) * (distance - first)) / (second - first);
  if (distance <= last) return PLACES[1] + ((highest - PLACES[1]) * (distance - second)) / (last - second);
  return highest + (distance - last) / Math.min(WIDEST_BEYOND, last / highest);
}

/** Linear between the two nearest of ascending values. */
export function quantileOf(sorted: Float64Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? 0;
  return low + ((sorted[Math.ceil(at)] ?? low) - low) * (at - Math.floor(at));
}

function medianDistance(sorted: Float64Array, middle: number): number {
  const distances = new Float64Array(sorted.length);
  for (let at = 0; at < sorted.length; at++) distances[at] = Math.abs((sorted[at] as number) - middle);
  return quantileOf(distances.sort(), 0.5);
}
