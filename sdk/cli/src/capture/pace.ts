import { setTimeout as sleep } from 'node:timers/promises';

/** Gives messages the distances in time that they had, divided by a factor. */
export class Pace {
  readonly #factor: number;
  #firstTime: number | undefined;
  #began = 0;

  /** @param factor times faster than recorded; Infinity for no pause at all */
  constructor(factor: number) {
    this.#factor = factor;
  }

  /** Waits until a message that was published at `time` (ms) is due; less when the signal comes. */
  async until(time: number, signal: AbortSignal): Promise<void> {
    if (this.#firstTime === undefined) {
      this.#firstTime = time;
      this.#began = performance.now();
    }
    const due = this.#began + (time - this.#firstTime) / this.#factor;
    const ms = due - performance.now();
    // Being told to stop ends the wait and is no error.
    if (ms > 1) await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}
