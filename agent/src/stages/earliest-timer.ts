/** Calls back once, at the earliest of the times that were asked for. */
export class EarliestTimer {
  readonly #run: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** Calls back in `ms`, unless that is planned for before. */
  in(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#run();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
