const STEP_NS = 5_000_000n;

/**
 * Maps CLOCK_BOOTTIME to wall time. The wall clock is read in whole ms, so that two readings differ a little; the
 * offset is kept until it is off by more than 5 ms: then the clock of the node was set.
 */
export class WallClock {
  #offset: bigint | undefined;
  readonly #wallMs: () => number;

  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  /** What to add to a CLOCK_BOOTTIME value in ns to get ns since 1970. `now` is that clock at this moment. */
  offset(now: bigint): bigint {
    const fresh = BigInt(this.#wallMs()) * 1_000_000n - now;
    const kept = this.#offset;
    if (kept === undefined || fresh - kept > STEP_NS || kept - fresh > STEP_NS) this.#offset = fresh;
    return this.#offset ?? fresh;
  }
}
