export interface BatchState {
  /** When its first record came, in ms. */
  readonly openedAt: number;
  readonly urgent: boolean;
  /** Batches published and not acknowledged. */
  readonly inFlight: number;
  /** Whether the bus takes a batch now. */
  readonly open: boolean;
}

/** Longest that a record waits for company, in ms. */
const MOST_DELAY_MS = 100;
/** How long bulk kinds wait for company when they could go at once: what a program does comes in strokes. */
export const COMPANY_MS = 2;
/** Batches sent ahead of time in a row. */
export const BURST = 32;
/**
 * Batches sent ahead of time in the long run, a second. A publish costs agent, server and reader some 100 us each,
 * whatever its size.
 */
export const PER_SECOND = 25;

/**
 * When a batch goes out that is not full: at once when it holds rare kinds, after a moment while nothing is in flight, else after
 * 100 ms. Going out at once is rationed: a flood of rare events must not become a flood of tiny messages.
 */
export class SendPolicy {
  #tokens = BURST;
  #refilled = 0;

  /** How many ms to wait before the batch goes out; 0 for now. */
  delay(nowMs: number, batch: BatchState): number {
    const left = batch.openedAt + MOST_DELAY_MS - nowMs;
    if (left <= 0) return 0;
    if (!batch.open || (batch.inFlight > 0 && !batch.urgent)) return left;
    this.#refill(nowMs);
    const company = batch.urgent ? 0 : Math.max(0, batch.openedAt + COMPANY_MS - nowMs);
    const ration = Math.max(0, ((1 - this.#tokens) * 1000) / PER_SECOND);
    return Math.min(left, Math.max(company, ration));
  }

  /** A batch went out before it was full or old. */
  sentEarly(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  #refill(nowMs: number): void {
    const gained = ((nowMs - this.#refilled) * PER_SECOND) / 1000;
    this.#tokens = Math.min(BURST, this.#tokens + Math.max(0, gained));
    this.#refilled = nowMs;
  }
}
