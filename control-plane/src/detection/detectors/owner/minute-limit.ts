const MINUTE = 60_000;

/** So many in each minute of wall time. */
export class MinuteLimit {
  readonly #most: number;
  #from = 0;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(now: number): boolean {
    if (now - this.#from >= MINUTE || now < this.#from) {
      this.#from = now;
      this.#count = 0;
    }
    return ++this.#count <= this.#most;
  }
}
