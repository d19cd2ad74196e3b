/** After so many ms a cost counts for half. */
const HALF = 60_000;

/** Costs that fade with time, so that shares are those of the last minutes. */
export class FadingCost {
  #cost = 0;
  #at = 0;

  add(cost: number, now: number): void {
    this.#cost = this.value(now) + cost;
    this.#at = now;
  }

  value(now: number): number {
    return this.#cost * 0.5 ** (Math.max(0, now - this.#at) / HALF);
  }
}
