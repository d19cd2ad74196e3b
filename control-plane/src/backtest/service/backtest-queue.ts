import { type Log, messageOf } from '@picket/sdk';
import type { BacktestProgress } from '@picket/sdk/client';
import type { BacktestEnd } from '../../store/backtests/backtest-store.ts';
import type { Store } from '../../store/store.ts';
import type { BacktestJob, BacktestOutcome } from '../run/backtest-job.ts';
import { BacktestFailed, type InWorkerOptions } from '../run/run-in-worker.ts';

export interface BacktestQueueDeps {
  readonly store: Store;
  readonly run: (job: BacktestJob, options: InWorkerOptions) => Promise<BacktestOutcome>;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
}

interface Waiting {
  readonly id: string;
  readonly job: BacktestJob;
}

interface Running {
  readonly id: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

export const NO_PROGRESS: BacktestProgress = {
  phase: 'waiting',
  batches: 0,
  of: null,
  events: 0,
  events_per_second: 0,
};

const STOPPED = {
  code: 'BACKTEST_STOPPED',
  message: 'the control plane was stopped while it waited or ran: run it again',
};

/** Backtests of this control plane, one after the other. */
export class BacktestQueue {
  readonly #deps: BacktestQueueDeps;
  #waiting: Waiting[] = [];
  #running: Running | undefined;
  #progress: BacktestProgress = NO_PROGRESS;
  #stopped = false;

  constructor(deps: BacktestQueueDeps) {
    this.#deps = deps;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Puts one in, of which the store knows already. */
  add(id: string, job: BacktestJob): void {
    this.#waiting.push({ id, job });
    this.#next();
  }

  /** How far one is that runs here; undefined for others. */
  progressOf(id: string): BacktestProgress | undefined {
    return this.#running?.id === id ? this.#progress : undefined;
  }

  /** Ends one that waits or runs here. The store knows of it already. */
  async cancel(id: string): Promise<void> {
    this.#waiting = this.#waiting.filter((waiting) => waiting.id !== id);
    if (this.#running?.id !== id) return;
    this.#running.stop.abort(new Error('it was cancelled'));
    await this.#running.done;
  }

  /** Tells the store that they are alive, and ends those that others cancelled. Call it every few seconds. */
  async look(): Promise<void> {
    const { store, now } = this.#deps;
    for (const { id } of [...this.#waiting])
      if (!(await store.backtests.touch(id, now(), NO_PROGRESS))) await this.cancel(id);
    const running = this.#running;
    if (running && !(await store.backtests.touch(running.id, now(), this.#progress))) await this.cancel(running.id);
  }

  /** Ends all of them, and says so in the store. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const waiting = this.#waiting.splice(0);
    for (const { id } of waiting) await this.#end(id, { state: 'failed', error: STOPPED });
    const running = this.#running;
    if (!running) return;
    await this.#end(running.id, { state: 'failed', error: STOPPED });
    running.stop.abort(new Error('the control plane stops'));
    await running.done;
  }

  #next(): void {
    if (this.#running || this.#stopped) return;
    const next = this.#waiting.shift();
    if (!next) return;
    const stop = new AbortController();
    this.#progress = NO_PROGRESS;
    const done = this.#run(next, stop.signal)
      .catch((error: unknown) => {
        this.#deps.log.warn('what became of a backtest could not be written down', {
          id: next.id,
          why: messageOf(error),
        });
      })
      .finally(() => {
        this.#running = undefined;
        this.#next();
      });
    this.#running = { id: next.id, stop, done };
  }

  async #run({ id, job }: Waiting, signal: AbortSignal): Promise<void> {
    const { store, run, log, now } = this.#deps;
    if (!(await store.backtests.start(id, now()))) return;
    const onProgress = (progress: BacktestProgress) => {
      this.#progress = progress;
    };
    try {
      const { result, clean } = await run(job, { signal, onProgress, log });
      await this.#end(id, { state: 'done', result, clean });
    } catch (error) {
      // whoever cancelled it has written so
      if (signal.aborted) return;
      const code = error instanceof BacktestFailed ? error.reason : 'INTERNAL';
      await this.#end(id, { state: 'failed', error: { code, message: messageOf(error) } });
    }
  }

  async #end(id: string, end: Pick<BacktestEnd, 'state'> & Partial<BacktestEnd>): Promise<void> {
    const { store, now } = this.#deps;
    const progress = this.progressOf(id) ?? NO_PROGRESS;
    await store.backtests.end(id, { clean: null, error: null, result: null, finished: now(), progress, ...end });
  }
}
