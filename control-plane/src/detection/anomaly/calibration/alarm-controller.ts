import { poissonAtMost } from './poisson-interval.ts';

/** What a controller keeps, as numbers. */
export interface SavedController {
  readonly raise: number;
  readonly hour: number;
  /** Of the hours before, oldest first: alarms, and hours of containers. */
  readonly alarms: readonly number[];
  readonly exposure: readonly number[];
}

/** Hours that are looked back. */
const HOURS = 24;
/** How far the threshold may go up, and down again, in an hour. */
const UP = 0.2;
const DOWN = 0.1;
export const MOST_RAISE = 1;
const MS_PER_HOUR = 3_600_000;
/** How sure it must be that there are too many. */
const MISS = 0.1;
/** Threshold below the target from which on it comes down again. */
const QUIET = 0.5;

/**
 * Keeps the alarms of a workload to a target: when the last day had clearly more of them, weak thresholds go up, by a little
 * each hour; when it was quiet they come down. They never go above the strong threshold, so that nobody can hide something
 * strong by making noise first, and by no more than 1 (ten times rarer windows). Made of event time alone.
 */
export class AlarmController {
  readonly #alarmsPerDay: number;
  #raise = 0;
  #hour = 0;
  /** The hour that runs is the last one. */
  #alarms: number[] = [0];
  #exposure: number[] = [0];

  /** @param alarmsPerDay for each container */
  constructor(alarmsPerDay: number) {
    this.#alarmsPerDay = alarmsPerDay;
  }

  /** By how much weak thresholds are above what was trained. */
  get raise(): number {
    return this.#raise;
  }

  /** Alarms for each container and day in the last day. */
  get observed(): number {
    const days = sum(this.#exposure) / 24;
    return days > 0 ? sum(this.#alarms) / days : 0;
  }

  /** A threshold for weak scores or drift as it holds now. */
  apply(threshold: number, strong: number): number {
    return threshold >= strong ? threshold : Math.min(strong, threshold + this.#raise);
  }

  /**
   * A window of 10 s was scored.
   * @param at when it ended, ms since 1970
   * @param alarms raised by it
   */
  note(at: number, alarms: number, seconds = 10): void {
    const hour = Math.floor(at / MS_PER_HOUR);
    if (this.#hour === 0) this.#hour = hour;
    // a clock was set back by more than is looked back: what was counted by it would hold for as long
    if (hour < this.#hour - HOURS) this.restore({ raise: 0, hour, alarms: [], exposure: [] });
    // an hour without a window changes nothing: there is nothing to control
    if (hour > this.#hour) this.#turn(hour);
    const last = this.#alarms.length - 1;
    this.#alarms[last] = (this.#alarms[last] ?? 0) + alarms;
    this.#exposure[last] = (this.#exposure[last] ?? 0) + seconds / 3600;
  }

  #turn(hour: number): void {
    this.#adjust();
    const passed = Math.min(HOURS, hour - this.#hour);
    for (let i = 0; i < passed; i++) {
      this.#alarms.push(0);
      this.#exposure.push(0);
    }
    this.#alarms = this.#alarms.slice(-HOURS);
    this.#exposure = this.#exposure.slice(-HOURS);
    this.#hour = hour;
  }

  #adjust(): void {
    const alarms = sum(this.#alarms);
    const expected = (this.#alarmsPerDay * sum(this.#exposure)) / 24;
    const recent = this.#alarms.at(-1) ?? 0;
    const isTooMany = alarms > 0 && 1 - poissonAtMost(alarms - 1, expected) < MISS;
    // what is over long since does not make it go up again and again
    if (isTooMany && recent > 0) this.#raise = Math.min(MOST_RAISE, this.#raise + UP);
    else if (alarms <= QUIET * expected || recent === 0) this.#raise = Math.max(0, this.#raise - DOWN);
  }

  get saved(): SavedController {
    return { raise: this.#raise, hour: this.#hour, alarms: [...this.#alarms], exposure: [...this.#exposure] };
  }

  restore({ raise, hour, alarms, exposure }: SavedController): void {
    this.#raise = Math.min(MOST_RAISE, Math.max(0, raise));
    this.#hour = hour;
    this.#alarms = alarms.length > 0 ? alarms.slice(-HOURS) : [0];
    this.#exposure = this.#alarms.map((_, i) => exposure[i] ?? 0);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
