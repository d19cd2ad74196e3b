import type { BacktestProgress } from '@picket/sdk/client';

/** Between two messages about the progress, ms. */
const EVERY_MS = 250;

/** How far a backtest is, told now and then. */
export class Meter {
  readonly #tell: (progress: BacktestProgress) => void;
  #phase: BacktestProgress['phase'] = 'waiting';
  #of: number | null = null;
  #batches = 0;
  #events = 0;
  #began = performance.now();
  #told = 0;

  constructor(tell: (progress: BacktestProgress) => void) {
    this.#tell = tell;
  }

  /** @param of how many batches there are; null when that is not known */
  begin(phase: BacktestProgress['phase'], of: number | null): void {
    this.#phase = phase;
    this.#of = of;
    this.#batches = 0;
    this.#events = 0;
    this.#began = performance.now();
    this.#say();
  }

  /** One more batch. */
  add(events: number): void {
    this.#batches++;
    this.#events += events;
    if (performance.now() - this.#told >= EVERY_MS) this.#say();
  }

  progress(): BacktestProgress {
    const seconds = (performance.now() - this.#began) / 1000;
    return {
      phase: this.#phase,
      batches: this.#batches,
      of: this.#of,
      events: this.#events,
      events_per_second: seconds > 0 ? Math.round(this.#events / seconds) : 0,
    };
  }

  #say(): void {
    this.#told = performance.now();
    this.#tell(this.progress());
  }
}
