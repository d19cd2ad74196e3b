const MINUTE_NS = 60_000_000_000n;

/** What `saved` gives, as JSON. */
export type SavedRate = readonly [minute: number, count: number];

/** Findings of one instance in a minute of event time, so that a replay keeps the same ones. */
export class FindingRate {
  readonly #most: number;
  #minute = 0;
  #count = 0;

  constructor(mostPerMinute: number) {
    this.#most = mostPerMinute;
  }

  /** @param time ns since 1970. False when there were enough already. */
  take(time: bigint): boolean {
    const minute = Number(time / MINUTE_NS);
    if (minute > this.#minute) {
      this.#minute = minute;
      this.#count = 0;
    }
    return ++this.#count <= this.#most;
  }

  saved(): SavedRate {
    return [this.#minute, this.#count];
  }

  restore([minute, count]: SavedRate): void {
    this.#minute = minute;
    this.#count = count;
  }
}
