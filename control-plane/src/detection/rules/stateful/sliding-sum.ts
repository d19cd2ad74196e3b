/** Entries that are kept as they came; from then on they are put together by steps of time. */
export const MAX_ENTRIES = 128;
const FIRST_ROOM = 8;
const BYTES_PER_ENTRY = 24;

export interface SlidingSumState {
  readonly step: number;
  readonly times: Float64Array<ArrayBuffer>;
  readonly amounts: Float64Array<ArrayBuffer>;
}

/**
 * The sum of amounts of the last span of time. Exact for up to 128 entries; with more of them the old end is cut by steps
 * of 1/128 of the span, so that it may lack what belongs to one step but never holds more than the span.
 */
export class SlidingSum {
  readonly #span: number;
  #step = 0;
  #times = new Float64Array(FIRST_ROOM);
  #amounts = new Float64Array(FIRST_ROOM);
  #begin = 0;
  #end = 0;
  #total = 0;

  constructor(span: number) {
    this.#span = span;
  }

  get total(): number {
    return this.#total;
  }

  /** Time of the oldest entry; of its step when there are many. NaN when there is none. */
  get first(): number {
    return this.#begin < this.#end ? (this.#times[this.#begin] as number) : Number.NaN;
  }

  /** What the entries take, about; the same for the same entries, however they came about. */
  get bytes(): number {
    return (this.#end - this.#begin) * BYTES_PER_ENTRY;
  }

  /** Times may come out of order. */
  add(time: number, amount: number): void {
    this.#insert(this.#floor(time), amount);
    this.#total += amount;
    if (this.#step === 0 && this.#end - this.#begin > MAX_ENTRIES) this.#coarsen();
  }

  /** Leaves out what is older than the span at `now`. */
  expire(now: number): void {
    const edge = now - this.#span;
    while (this.#begin < this.#end && (this.#times[this.#begin] as number) <= edge) {
      this.#total -= this.#amounts[this.#begin] as number;
      this.#begin++;
    }
    if (this.#begin === this.#end) this.#total = 0;
  }

  #floor(time: number): number {
    return this.#step === 0 ? time : Math.floor(time / this.#step) * this.#step;
  }

  #insert(time: number, amount: number): void {
    let at = this.#end;
    while (at > this.#begin && (this.#times[at - 1] as number) > time) at--;
    if (at > this.#begin && this.#times[at - 1] === time) {
      this.#amounts[at - 1] = (this.#amounts[at - 1] as number) + amount;
      return;
    }
    if (this.#end === this.#times.length) at -= this.#makeRoom();
    if (at < this.#end) {
      this.#times.copyWithin(at + 1, at, this.#end);
      this.#amounts.copyWithin(at + 1, at, this.#end);
    }
    this.#times[at] = time;
    this.#amounts[at] = amount;
    this.#end++;
  }

  /** Answers by how much the entries moved to the front. */
  #makeRoom(): number {
    const moved = this.#begin;
    const room = moved >= this.#times.length / 2 ? this.#times.length : this.#times.length * 2;
    this.#times = moveTo(new Float64Array(room), this.#times.subarray(moved, this.#end));
    this.#amounts = moveTo(new Float64Array(room), this.#amounts.subarray(moved, this.#end));
    this.#begin = 0;
    this.#end -= moved;
    return moved;
  }

  #coarsen(): void {
    const { times, amounts } = this.save();
    this.#step = this.#span / MAX_ENTRIES;
    this.#begin = 0;
    this.#end = 0;
    times.forEach((time, i) => {
      this.#insert(this.#floor(time), amounts[i] as number);
    });
  }

  save(): SlidingSumState {
    return {
      step: this.#step,
      times: this.#times.slice(this.#begin, this.#end),
      amounts: this.#amounts.slice(this.#begin, this.#end),
    };
  }

  /** Goes on from what `save` gave; for one that is empty. */
  fill({ step, times, amounts }: SlidingSumState): void {
    this.#step = step;
    times.forEach((time, i) => {
      const amount = amounts[i] ?? 0;
      this.#insert(time, amount);
      this.#total += amount;
    });
  }
}

function moveTo(into: Float64Array<ArrayBuffer>, from: Float64Array): Float64Array<ArrayBuffer> {
  into.set(from);
  return into;
}
