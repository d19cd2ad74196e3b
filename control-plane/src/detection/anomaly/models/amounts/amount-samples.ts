import type { FeatureWindow } from '../../features/feature-window.ts';
import type { Grouped } from '../groups.ts';
import { scaled, scaledScalar } from './scale.ts';
import { quantileOf } from './usual.ts';

interface Sample extends Grouped {
  readonly scalars: Float64Array;
  readonly calls: Uint32Array;
  readonly counts: Float64Array;
}

/** Runs with fewer windows say nothing about their middle. */
const LEAST_OF_RUN = 8;
/** Windows over which the moving mean looks back, about. */
const LOOK_BACK = 128;

/** Amounts of training windows on the scale of log(1 + value), by column. */
export class AmountSamples {
  readonly #samples: Sample[] = [];
  #runs: Int32Array[] = [];

  get size(): number {
    return this.#samples.length;
  }

  add({ from, scalars, syscalls }: FeatureWindow, run: number): void {
    this.#samples.push({
      run,
      from,
      scalars: scalars.map((value, index) => scaledScalar(index, value)),
      calls: syscalls.keys.slice(0, syscalls.size),
      counts: syscalls.counts.subarray(0, syscalls.size).map(scaled),
    });
  }

  /** Into the order of time; call it once before columns are read. */
  order(): void {
    this.#samples.sort((a, b) => a.from - b.from || a.run - b.run);
    const places = Map.groupBy(this.#samples.keys(), (at) => this.#samples[at]?.run);
    this.#runs = [...places.values()].filter((run) => run.length >= LEAST_OF_RUN).map((run) => Int32Array.from(run));
  }

  /** Scalars that every window has. */
  get scalars(): number {
    return this.#samples.reduce(
      (least, { scalars }) => Math.min(least, scalars.length),
      this.#samples[0]?.scalars.length ?? 0,
    );
  }

  scalar(index: number): Float64Array {
    const column = new Float64Array(this.#samples.length);
    for (let row = 0; row < column.length; row++) column[row] = this.#samples[row]?.scalars[index] ?? 0;
    return column;
  }

  /** Counts of each system call that was seen, by its number, ascending. */
  calls(): [number: number, column: Float64Array][] {
    const columns = new Map<number, Float64Array>();
    for (const [row, { calls, counts }] of this.#samples.entries())
      for (const [at, number] of calls.entries()) {
        const column = columns.get(number) ?? new Float64Array(this.#samples.length);
        column[row] = counts[at] ?? 0;
        columns.set(number, column);
      }
    return [...columns].sort(([a], [b]) => a - b);
  }

  /** The middle of it in each container, without the outermost ones of many, and at the end of a slow drift. */
  centres(column: Float64Array): number[] {
    const middles = Float64Array.from(this.#runs, (rows) => middleOf(column, rows)).sort();
    const ofRuns = middles.length > 1 ? [quantileOf(middles, 0.05), quantileOf(middles, 0.95)] : [];
    return column.length >= LOOK_BACK ? [...ofRuns, movingMean(column)] : ofRuns;
  }
}

function middleOf(column: Float64Array, rows: Int32Array): number {
  const values = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) values[at] = column[rows[at] as number] as number;
  return quantileOf(values.sort(), 0.5);
}

function movingMean(column: Float64Array): number {
  const share = 2 / (LOOK_BACK + 1);
  let mean = column[0] ?? 0;
  for (let row = 1; row < column.length; row++) mean += share * ((column[row] as number) - mean);
  return mean;
}
