/** How much can be saved up, in seconds of refill. */
const SAVED_SECONDS = 10;

/** Something that is used up and comes back with time. What is used may be more than there was: then it is owed. Times are ms. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#most = perSecond * SAVED_SECONDS;
    this.#left = this.#most;
    this.#at = now;
  }

  use(amount: number, now: number): void {
    this.#refill(now);
    this.#left -= amount;
  }

  /** ms until there is some; 0 when there is. */
  wait(now: number): number {
    this.#refill(now);
    return this.#left > 0 ? 0 : Math.ceil(-this.#left / this.#perMs) + 1;
  }

  #refill(now: number): void {
    this.#left = Math.min(this.#most, this.#left + Math.max(0, now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
