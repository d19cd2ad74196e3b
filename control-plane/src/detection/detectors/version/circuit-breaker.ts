const MINUTE = 60_000;
const MOST_FAULTS = 3;
const LONGEST = 60;
/** After so long without a quarantine the next one is short again. */
const FORGIVEN = 2 * LONGEST * MINUTE;

/**
 * Takes a detector out of service when it has faulted three times within a minute: for 1 minute, then 2, 4, ... 60. Times are ms
 * of wall time, as given: faults cost the machine, whatever time the events are of.
 */
export class CircuitBreaker {
  #faults: number[] = [];
  #minutes = 0;
  #until = 0;

  /** Until when it is out of service; undefined when it is not. */
  openUntil(now: number): number | undefined {
    return now < this.#until ? this.#until : undefined;
  }

  /** Takes in a fault. True when the detector is to be taken out of service by it. */
  fault(now: number): boolean {
    if (this.openUntil(now) !== undefined) return false;
    this.#faults = [...this.#faults.filter((time) => now - time < MINUTE), now];
    if (this.#faults.length < MOST_FAULTS) return false;
    this.#minutes = now - this.#until > FORGIVEN ? 1 : Math.min(LONGEST, Math.max(1, this.#minutes * 2));
    this.#until = now + this.#minutes * MINUTE;
    this.#faults = [];
    return true;
  }

  /** Faults within the last minute that led to where it is now. */
  get mostFaults(): number {
    return MOST_FAULTS;
  }

  /** Puts it back into service. False when it is. */
  close(now: number): boolean {
    if (this.openUntil(now) === undefined) return false;
    this.#until = now;
    return true;
  }
}
