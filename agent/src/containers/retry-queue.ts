interface Due<T> {
  readonly at: number;
  readonly item: T;
}

/** Calls back for many items, each at its own time, with one timer. */
export class RetryQueue<T> {
  readonly #run: (item: T) => void;
  #due: Due<T>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(run: (item: T) => void) {
    this.#run = run;
  }

  get size(): number {
    return this.#due.length;
  }

  /** Calls back with `item` in `delayMs`. */
  add(item: T, delayMs: number): void {
    this.#due.push({ at: performance.now() + delayMs, item });
    this.#arm();
  }

  /** All that wait, whatever their time. */
  waiting(): T[] {
    return this.#due.map((due) => due.item);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = [];
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#due.length === 0) return;
    const next = this.#due.reduce((least, due) => Math.min(least, due.at), Number.POSITIVE_INFINITY);
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, next - performance.now()));
  }

  #fire(): void {
    const now = performance.now();
    // A timer may fire a fraction early; without the slack it would be set again for 0 ms.
    const ready = this.#due.filter((due) => due.at <= now + 0.5);
    this.#due = this.#due.filter((due) => due.at > now + 0.5);
    for (const due of ready) this.#run(due.item);
    this.#arm();
  }
}
