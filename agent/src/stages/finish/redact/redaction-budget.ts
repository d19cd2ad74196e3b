/** How long redaction may take within a second, in ms: for one container, and for all together. */
const OF_CONTAINER_MS = 100;
const OF_ALL_MS = 400;
const SECOND_MS = 1000;

/**
 * Redaction takes microseconds a command line, but milliseconds for one that was made to be slow. A container that starts
 * programs with such lines must not hold up the events of all others, so each has a share of the time.
 */
export class RedactionBudget {
  readonly #used = new Map<number, number>();
  #all = 0;
  #second = Number.NEGATIVE_INFINITY;

  /** Whether there is time left for a container. */
  allows(slot: number, nowMs: number): boolean {
    if (nowMs - this.#second >= SECOND_MS) {
      this.#used.clear();
      this.#all = 0;
      this.#second = nowMs;
    }
    return this.#all < OF_ALL_MS && (this.#used.get(slot) ?? 0) < OF_CONTAINER_MS;
  }

  spend(slot: number, ms: number): void {
    this.#all += ms;
    this.#used.set(slot, (this.#used.get(slot) ?? 0) + ms);
  }
}
