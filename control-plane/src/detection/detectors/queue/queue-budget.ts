/** Bytes that may wait in all queues together. What several instances wait for counts for each. */
export class QueueBudget {
  readonly #most: number;
  #used = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  get isSpent(): boolean {
    return this.#used >= this.#most;
  }

  /** @param bytes less than 0 to give back */
  use(bytes: number): void {
    this.#used += bytes;
  }
}
