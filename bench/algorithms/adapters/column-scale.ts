/** Below it a column is one that hardly varies, and is not blown up. */
const LEAST_RANGE = 0.1;
/** Values far outside of what training had are cut, so that one column does not drown all others. */
const FURTHEST = 10;

/** Brings each column to 0 to 1 over the rows that were learned from. */
export class ColumnScale {
  readonly #low: Float64Array;
  readonly #range: Float64Array;

  constructor(rows: readonly Float64Array[]) {
    const width = rows[0]?.length ?? 0;
    const of = (pick: (...values: number[]) => number, from: number) => {
      const found = new Float64Array(width).fill(from);
      for (const row of rows) for (let at = 0; at < width; at++) found[at] = pick(found[at] ?? 0, row[at] ?? 0);
      return found;
    };
    this.#low = of(Math.min, Number.POSITIVE_INFINITY);
    this.#range = of(Math.max, Number.NEGATIVE_INFINITY).map((high, at) =>
      Math.max(high - (this.#low[at] ?? 0), LEAST_RANGE),
    );
  }

  apply(row: Float64Array): number[] {
    return Array.from(row, (value, at) => {
      const scaled = (value - (this.#low[at] ?? 0)) / (this.#range[at] ?? 1);
      return Math.max(-FURTHEST, Math.min(FURTHEST, scaled));
    });
  }
}
