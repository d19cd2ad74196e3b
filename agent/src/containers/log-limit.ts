const WINDOW_MS = 60_000;

/** Keeps equal lines about many containers from filling the log: so many a minute, the others counted. */
export class LogLimit {
  readonly #most: number;
  readonly #now: () => number;
  #begin = Number.NEGATIVE_INFINITY;
  #said = 0;
  #quiet = 0;

  /** @param now ms of a clock that does not jump */
  constructor(most: number, now: () => number = performance.now.bind(performance)) {
    this.#most = most;
    this.#now = now;
  }

  /** How many were kept quiet since the last line, when one may be written now; undefined when not. */
  take(): number | undefined {
    const now = this.#now();
    if (now - this.#begin >= WINDOW_MS) {
      this.#begin = now;
      this.#said = 0;
    }
    if (this.#said >= this.#most) {
      this.#quiet++;
      return undefined;
    }
    this.#said++;
    const quiet = this.#quiet;
    this.#quiet = 0;
    return quiet;
  }
}
