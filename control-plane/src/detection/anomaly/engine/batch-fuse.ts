/**
 * Work on a batch that may fail without harm to anybody else: after a failure the rest of the batch is passed over, and the
 * next one is tried again.
 */
export class BatchFuse {
  readonly #onFailure: (error: unknown) => void;
  /** Something failed in this batch. */
  isBlown = false;
  /** Batches that failed. */
  failures = 0;

  /** @param onFailure told of the first failure alone: what fails does so again with every batch */
  constructor(onFailure: (error: unknown) => void = () => undefined) {
    this.#onFailure = onFailure;
  }

  /** @returns undefined when it failed, or something before it in this batch */
  try<T>(work: () => T): T | undefined {
    if (this.isBlown) return undefined;
    try {
      return work();
    } catch (error) {
      this.blow(error);
      return undefined;
    }
  }

  blow(error: unknown): void {
    this.isBlown = true;
    this.failures++;
    if (this.failures === 1) this.#onFailure(error);
  }
}
