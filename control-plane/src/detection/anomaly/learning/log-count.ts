/** Counts that are kept as they are. */
const EXACT = 32;
/** Steps above: ten for each doubling, so that a count comes back within 3.6 %. */
const STEPS = 10;
const LARGEST = 255;

/** A count as one byte: exact below 32, by its logarithm above, cut at 160 million. */
export function packCount(count: number): number {
  if (count < EXACT) return Math.max(0, Math.round(count));
  return (Number.isInteger(count) ? KNOWN[count] : undefined) ?? byLogarithm(count);
}

const byLogarithm = (count: number): number => Math.min(LARGEST, EXACT + Math.round(STEPS * Math.log2(count / EXACT)));

/** Of the counts that come most. */
const KNOWN = Uint8Array.from({ length: 4096 }, (_, count) => (count < EXACT ? count : byLogarithm(count)));

export const unpackCount = (byte: number): number =>
  byte < EXACT ? byte : Math.round(EXACT * 2 ** ((byte - EXACT) / STEPS));
