import { SCALARS } from '../../control-plane/src/detection/anomaly/features/scalars.ts';
import type { Sample } from './sample.ts';

/**
 * Samples as rows of numbers: log1p of every scalar and of the count of every system call that the training samples
 * have, and one column for all other system calls.
 */
export class VectorSpace {
  readonly #columns = new Map<number, number>();

  constructor(train: readonly Sample[]) {
    for (const { window } of train) {
      for (const call of window.syscalls.keys.subarray(0, window.syscalls.size)) {
        if (!this.#columns.has(call)) this.#columns.set(call, SCALARS.length + this.#columns.size);
      }
    }
  }

  get width(): number {
    return SCALARS.length + this.#columns.size + 1;
  }

  vector({ window: { scalars, syscalls } }: Sample): Float64Array {
    const row = new Float64Array(this.width);
    for (let at = 0; at < SCALARS.length; at++) row[at] = Math.log1p(Math.max(scalars[at] ?? 0, 0));
    let others = 0;
    for (let at = 0; at < syscalls.size; at++) {
      const column = this.#columns.get(syscalls.keys[at] ?? 0);
      if (column === undefined) others += syscalls.counts[at] ?? 0;
      else row[column] = Math.log1p(syscalls.counts[at] ?? 0);
    }
    row[this.width - 1] = Math.log1p(others);
    return row;
  }
}
