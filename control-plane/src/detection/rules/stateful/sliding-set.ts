const BYTES_PER_VALUE = 48;

export type SlidingSetState = readonly (readonly [value: string, time: number])[];

/** The different values of the last span of time: the newest of them, as many as are asked for. */
export class SlidingSet {
  readonly #span: number;
  readonly #most: number;
  /** When a value was seen last; the longest unseen first. */
  readonly #seen = new Map<string, number>();
  #newest = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  /** The value seen last. */
  #last: string | undefined;
  /** No value was seen last before. */
  #oldest = Number.POSITIVE_INFINITY;

  constructor(span: number, most: number) {
    this.#span = span;
    this.#most = most;
  }

  get size(): number {
    return this.#seen.size;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** A value that comes late counts as seen with the newest. */
  add(value: string, time: number): void {
    this.#newest = Math.max(this.#newest, time);
    if (this.#newest < this.#oldest) this.#oldest = this.#newest;
    if (value !== this.#last && !this.#seen.delete(value)) this.#bytes += bytesOf(value);
    this.#last = value;
    this.#seen.set(value, this.#newest);
    if (this.#seen.size > this.#most) this.#dropOldest();
  }

  expire(now: number): void {
    const edge = now - this.#span;
    if (this.#oldest > edge) return;
    for (const [value, time] of this.#seen) {
      this.#oldest = time;
      if (time > edge) return;
      this.#forget(value);
    }
    this.#oldest = Number.POSITIVE_INFINITY;
  }

  /** Some of the values, those seen first. */
  sample(most: number): string[] {
    return [...this.#seen.keys()].slice(0, most);
  }

  #dropOldest(): void {
    for (const value of this.#seen.keys()) {
      this.#forget(value);
      return;
    }
  }

  #forget(value: string): void {
    this.#seen.delete(value);
    if (value === this.#last) this.#last = undefined;
    this.#bytes -= bytesOf(value);
  }

  save(): SlidingSetState {
    return [...this.#seen];
  }

  /** Goes on from what `save` gave; for one that is empty. */
  fill(state: SlidingSetState): void {
    for (const [value, time] of state) this.add(value, time);
  }
}

const bytesOf = (value: string): number => value.length * 2 + BYTES_PER_VALUE;
