import type { Kept } from './key-table.ts';
import type { WindowProgram } from './program.ts';
import { SlidingSet, type SlidingSetState } from './sliding-set.ts';
import { SlidingSum, type SlidingSumState } from './sliding-sum.ts';

/** What an entry takes besides its key and what it counts. */
const BYTES = 400;

export interface WindowState {
  readonly key: string;
  readonly owner: string;
  readonly used: number;
  /** Time of the last match; null when there was none. */
  readonly matched: number | null;
  readonly events: SlidingSumState;
  readonly sum?: SlidingSumState | undefined;
  readonly values?: SlidingSetState | undefined;
}

/** The window of one value of a `by`. */
export class WindowEntry implements Kept {
  readonly key: string;
  readonly owner: string;
  used: number;
  bytes: number;
  /** Events, each as many as it stands for. */
  readonly events: SlidingSum;
  readonly values: SlidingSet | undefined;
  readonly #sum: SlidingSum | undefined;
  #matched = Number.NEGATIVE_INFINITY;

  constructor(key: string, owner: string, time: number, { measure, spanNs, atLeast }: WindowProgram) {
    this.key = key;
    this.owner = owner;
    this.used = time;
    this.events = new SlidingSum(spanNs);
    this.values = measure === 'distinct' ? new SlidingSet(spanNs, atLeast) : undefined;
    this.#sum = measure === 'sum' ? new SlidingSum(spanNs) : undefined;
    this.bytes = this.size();
  }

  /** What it takes in memory by now, about. */
  size(): number {
    const counted = this.events.bytes + (this.values?.bytes ?? 0) + (this.#sum?.bytes ?? 0);
    return BYTES + 4 * this.key.length + counted;
  }

  /** What the window measures. */
  get measure(): number {
    return this.values?.size ?? (this.#sum ?? this.events).total;
  }

  /**
   * Takes an event in; whether the rule matches with it.
   * @param value what is told apart, where that is measured
   * @param amount what is summed, where that is measured
   */
  take(program: WindowProgram, time: number, weight: number, value: string | undefined, amount: number): boolean {
    this.events.add(time, weight);
    if (value !== undefined) this.values?.add(value, time);
    this.#sum?.add(time, amount);
    const now = Math.max(time, this.used);
    this.#expire(now);
    if (this.measure < program.atLeast || now - this.#matched <= program.silenceNs) return false;
    this.#matched = now;
    return true;
  }

  #expire(now: number): void {
    this.events.expire(now);
    this.values?.expire(now);
    this.#sum?.expire(now);
  }

  save(): WindowState {
    const { key, owner, used } = this;
    return {
      key,
      owner,
      used,
      matched: Number.isFinite(this.#matched) ? this.#matched : null,
      events: this.events.save(),
      sum: this.#sum?.save(),
      values: this.values?.save(),
    };
  }

  static restore(state: WindowState, program: WindowProgram): WindowEntry {
    const entry = new WindowEntry(state.key, state.owner, state.used, program);
    entry.#matched = state.matched ?? Number.NEGATIVE_INFINITY;
    entry.events.fill(state.events);
    if (state.sum) entry.#sum?.fill(state.sum);
    if (state.values) entry.values?.fill(state.values);
    entry.bytes = entry.size();
    return entry;
  }
}
