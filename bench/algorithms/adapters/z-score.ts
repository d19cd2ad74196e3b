import type { Algorithm } from '../algorithm.ts';
import { VectorSpace } from '../vectors.ts';

/** Columns that hardly vary would make everything strange. */
const LEAST_DEVIATION = 0.05;

/** The largest distance of a column from its mean, in standard deviations: the plain form of what Picket does robustly. */
export const zScore: Algorithm = {
  name: 'largest z-score',
  paper: 'Shewhart 1931',
  input: 'counts',
  fit: (train) => {
    const space = new VectorSpace(train);
    const rows = train.map((sample) => space.vector(sample));
    const mean = columnMeans(rows, (value) => value);
    const deviation = columnMeans(rows, (value, at) => (value - (mean[at] ?? 0)) ** 2).map((variance) =>
      Math.max(Math.sqrt(variance), LEAST_DEVIATION),
    );
    const distance = (row: Float64Array) =>
      row.reduce((most, value, at) => Math.max(most, Math.abs(value - (mean[at] ?? 0)) / (deviation[at] ?? 1)), 0);
    return {
      bytes: space.width * 16,
      score: (samples) => Float64Array.from(samples, (sample) => distance(space.vector(sample))),
    };
  },
};

function columnMeans(rows: readonly Float64Array[], of: (value: number, column: number) => number): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let at = 0; at < row.length; at++) sums[at] = (sums[at] ?? 0) + of(row[at] ?? 0, at);
  return sums.map((sum) => sum / rows.length);
}
