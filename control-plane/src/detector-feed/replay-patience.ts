import type { BatchHeader } from '@picket/sdk';

/** Batches that are older come from the past: nobody waits for what is found in them. */
const PAST_MS = 10_000;
/** Of the time, at most so much may go by in waiting. */
const SHARE = 0.5;
/** So much may be saved up, ms: a host process is made anew meanwhile. */
const MOST_MS = 2000;
/** Of one batch, ms. */
const BATCH_MS = 1000;

/**
 * How long the rules may wait for slow detectors. Never while events come as they happen; when a stretch of the past is
 * caught up with, at most half of the time, so that a detector which can not keep up with the speed of the rules misses nothing and
 * one that can not keep up at all does not hold them for long.
 */
export class ReplayPatience {
  readonly #now: () => number;
  readonly #wall: () => number;
  #left = MOST_MS;
  #at: number;

  /** @param now ms of a clock that is never set; `wall`: ms since 1970 */
  constructor(now: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#now = now;
    this.#wall = wall;
    this.#at = now();
  }

  /** How long one may wait behind a batch, ms; 0 for not at all. */
  with({ watermark, wallOffset }: Pick<BatchHeader, 'watermark' | 'wallOffset'>): number {
    if (this.#wall() - Number((watermark + wallOffset) / 1_000_000n) < PAST_MS) return 0;
    const now = this.#now();
    this.#left = Math.min(MOST_MS, this.#left + (now - this.#at) * SHARE);
    this.#at = now;
    return Math.min(BATCH_MS, Math.max(0, this.#left));
  }

  /** So many ms went by in waiting. */
  used(ms: number): void {
    this.#left -= ms;
  }
}
