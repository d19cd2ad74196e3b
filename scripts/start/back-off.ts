const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** One that has run this long gets a fresh start: its earlier failures no longer count. */
const HEALTHY_MS = 60_000;

/** How long to wait before a part that ended is started again: 0.5 s, doubling to 30 s. */
export class BackOff {
  #next = FIRST_MS;

  /** @param ranMs how long the part had run */
  delayMs(ranMs: number): number {
    if (ranMs >= HEALTHY_MS) this.#next = FIRST_MS;
    const delay = this.#next;
    this.#next = Math.min(delay * 2, LONGEST_MS);
    return delay;
  }
}
