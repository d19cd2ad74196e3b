import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import { placeOf, type Usual } from './usual.ts';

/** Numbers of one row: low, high, three distances above, three below, from, to, whether it varies. */
const WIDTH = 11;
const [HIGH, ABOVE, BELOW, FROM, TO, VARIES] = [1, 2, 5, 8, 9, 10];

/** What is usual of many numbers, by row, in one array. */
export class UsualTable {
  readonly #values: Float32Array;
  readonly size: number;

  constructor(values: Float32Array = new Float32Array(0)) {
    this.#values = values;
    this.size = values.length / WIDTH;
  }

  static of(rows: readonly Usual[]): UsualTable {
    return new UsualTable(
      Float32Array.from(
        rows.flatMap(({ low, high, above, below, from, to, varies }) => [
          ...[low, high, ...above, ...below],
          ...[from, to, varies ? 1 : 0],
        ]),
      ),
    );
  }

  /** How many standard deviations a value is away; below the centre negative. */
  deviation(row: number, value: number, highest: number): number {
    const [values, at] = [this.#values, row * WIDTH];
    const high = values[at + HIGH] as number;
    if (value > high) return this.#place(at + ABOVE, value - high, highest);
    const low = values[at] as number;
    return value < low ? -this.#place(at + BELOW, low - value, highest) : 0;
  }

  /** 1st and 99th percentile of training, and whether it ever varied. */
  range(row: number): { readonly from: number; readonly to: number; readonly varies: boolean } {
    const at = row * WIDTH;
    const value = (place: number) => this.#values[at + place] ?? 0;
    return { from: value(FROM), to: value(TO), varies: value(VARIES) === 1 };
  }

  get varies(): boolean {
    for (let at = VARIES; at < this.#values.length; at += WIDTH) if (this.#values[at] === 1) return true;
    return false;
  }

  #place(at: number, distance: number, highest: number): number {
    const values = this.#values;
    return placeOf(values[at] as number, values[at + 1] as number, values[at + 2] as number, distance, highest);
  }

  write(out: ModelWriter): void {
    out.floats(this.#values);
  }

  /** @throws ModelError */
  static read(input: ModelReader, rows: number): UsualTable {
    const values = input.floats(rows * WIDTH, 'usual amounts');
    if (values.length !== rows * WIDTH) throw malformed(`${values.length} usual amounts in place of ${rows * WIDTH}`);
    for (let row = 0; row < values.length; row += WIDTH)
      for (const side of [row + ABOVE, row + BELOW])
        for (let at = side; at < side + 3; at++)
          if (!((values[at] ?? 0) > (at === side ? 0 : (values[at - 1] ?? 0))))
            throw malformed('distances do not grow');
    return new UsualTable(values);
  }
}
