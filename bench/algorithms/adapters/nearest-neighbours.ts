import type { Algorithm } from '../algorithm.ts';
import { randomFrom, shuffled } from '../random.ts';
import { VectorSpace } from '../vectors.ts';

const NEIGHBOURS = 5;
/** Of more training samples so many are drawn: each score asks all of them. */
const MOST = 2048;

/** The mean distance to the five nearest training samples. */
export const nearestNeighbours: Algorithm = {
  name: 'nearest neighbours',
  paper: 'Ramaswamy, Rastogi, Shim 2000',
  input: 'counts',
  fit: (train, seed) => {
    const space = new VectorSpace(train);
    const rows = shuffled(train, randomFrom(seed))
      .slice(0, MOST)
      .map((sample) => space.vector(sample));
    return {
      bytes: rows.length * space.width * 4,
      score: (samples) => Float64Array.from(samples, (sample) => meanDistance(space.vector(sample), rows)),
    };
  },
};

function meanDistance(vector: Float64Array, rows: readonly Float64Array[]): number {
  const nearest = new Float64Array(Math.min(NEIGHBOURS, rows.length)).fill(Number.POSITIVE_INFINITY);
  const last = nearest.length - 1;
  for (const row of rows) {
    const distance = distanceBelow(vector, row, nearest[last] ?? 0);
    if (distance >= (nearest[last] ?? 0)) continue;
    nearest[last] = distance;
    nearest.sort();
  }
  return nearest.reduce((sum, squared) => sum + Math.sqrt(squared), 0) / nearest.length;
}

/** The squared distance, or anything from `most` on when it is not smaller. */
function distanceBelow(a: Float64Array, b: Float64Array, most: number): number {
  let sum = 0;
  for (let at = 0; at < a.length && sum < most; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}
