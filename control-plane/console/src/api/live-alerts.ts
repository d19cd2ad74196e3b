import type { Alert } from '@picket/sdk';
import type { StreamOptions } from '@picket/sdk/client';
import type { Received } from '../alerts/merge-alerts.ts';

/** What the stream of live alerts is doing. `waiting` is the pause before the next try, `stopped` needs the reader. */
export type LivePhase = 'connecting' | 'live' | 'waiting' | 'stopped';

export interface LiveSnapshot {
  readonly phase: LivePhase;
  /** Failed tries since the stream was last open. */
  readonly attempt: number;
  /** When the next try begins, ms since 1970; 0 unless `waiting`. */
  readonly retryAt: number;
  readonly received: ReadonlyMap<string, Received>;
  /** Alerts that arrived after this one are held back; Infinity when none are. */
  readonly limit: number;
  /** Alerts that came while too many were held back already; a reload of the list brings them. */
  readonly overflow: number;
}

export interface LiveOptions {
  /** Opens the stream once; it throws when the connection breaks. */
  readonly open: (options: StreamOptions) => AsyncIterable<Alert>;
  /** Alerts may have been missed: the list must be loaded again. */
  readonly onGap: () => void;
  /** Seconds to wait at least after an error; Infinity when no further try can heal it. */
  readonly waitAfter: (error: unknown) => number;
  /** Told about an error that ended the stream for good. */
  readonly onStopped: (error: unknown) => void;
}

/** Live alerts kept in memory. Beyond it the list is loaded again instead. */
const MAX_RECEIVED = 1000;
const BACK_OFF_MS = [1000, 2000, 4000, 8000, 15_000, 30_000] as const;
/** A burst of alerts becomes one rendering. */
const RENDER_MS = 100;

/** Keeps the stream of live alerts open and what came over it, as a store for `useSyncExternalStore`. */
export class LiveAlerts {
  readonly #options: LiveOptions;
  readonly #listeners = new Set<() => void>();
  #snapshot: LiveSnapshot = {
    phase: 'connecting',
    attempt: 0,
    retryAt: 0,
    received: new Map(),
    limit: Number.POSITIVE_INFINITY,
    overflow: 0,
  };
  #received = new Map<string, Received>();
  #arrivals = 0;
  #position: string | undefined;
  #overflow = 0;
  #run: AbortController | undefined;
  #wake: (() => void) | undefined;
  #render: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): LiveSnapshot => this.#snapshot;

  /** Connects from a position of the stream and stays connected until `stop`. Does nothing when it already runs. */
  start(position: string): void {
    if (this.#run) return;
    this.#position ??= position;
    this.#connect();
  }

  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    clearTimeout(this.#render);
    this.#render = undefined;
  }

  /** Does not wait for the next try, and tries again after the stream was stopped. */
  readonly retryNow = (): void => {
    if (this.#snapshot.phase === 'stopped') this.#connect();
    else this.#wake?.();
  };

  /** Holds back what comes from now on, or shows everything again. */
  hold(on: boolean): void {
    if (on === Number.isFinite(this.#snapshot.limit)) return;
    if (on) this.#set({ limit: this.#arrivals });
    else this.release();
  }

  /** Shows everything that was held back. */
  release(): void {
    const missed = this.#overflow > 0;
    this.#overflow = 0;
    this.#set({ limit: Number.POSITIVE_INFINITY, received: new Map(this.#received), overflow: 0 });
    if (missed) this.#options.onGap();
  }

  #connect(): void {
    this.stop();
    const run = new AbortController();
    this.#run = run;
    void this.#stayConnected(run.signal);
  }

  async #stayConnected(signal: AbortSignal): Promise<void> {
    this.#set({ phase: 'connecting', retryAt: 0 });
    while (!signal.aborted) {
      const error = await this.#readOnce(signal);
      if (signal.aborted) return;
      const wait = error === undefined ? 0 : this.#options.waitAfter(error) * 1000;
      if (wait === Number.POSITIVE_INFINITY) {
        this.#set({ phase: 'stopped', retryAt: 0 });
        this.#options.onStopped(error);
        return;
      }
      const attempt = this.#snapshot.attempt + 1;
      const delay = Math.max(backOff(attempt), wait);
      this.#set({ phase: 'waiting', attempt, retryAt: Date.now() + delay });
      await this.#pause(delay, signal);
      if (!signal.aborted) this.#set({ phase: 'connecting', retryAt: 0 });
    }
  }

  /** Reads until the stream ends and answers with its error. An end without one is a server that went away. */
  async #readOnce(signal: AbortSignal): Promise<unknown> {
    const stream = this.#options.open({
      signal,
      reconnect: false,
      lastEventId: this.#position,
      onOpen: () => !signal.aborted && this.#set({ phase: 'live', attempt: 0, retryAt: 0 }),
      onPosition: (position) => {
        this.#position = position;
      },
      onReset: this.#options.onGap,
    });
    try {
      for await (const alert of stream) {
        if (signal.aborted) break;
        this.#receive(alert);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #receive(alert: Alert): void {
    const known = this.#received.get(alert.uuid);
    if (known && known.alert.revision >= alert.revision) return;
    if (!known && this.#received.size >= MAX_RECEIVED && !this.#makeRoom()) return;
    this.#received.set(alert.uuid, { alert, arrival: known?.arrival ?? ++this.#arrivals });
    this.#renderSoon();
  }

  /** Forgets what is shown already, because a reload brings it back; what is held back is only counted on. */
  #makeRoom(): boolean {
    if (Number.isFinite(this.#snapshot.limit)) {
      this.#overflow++;
      this.#renderSoon();
      return false;
    }
    this.#received.clear();
    this.#options.onGap();
    return true;
  }

  #renderSoon(): void {
    this.#render ??= setTimeout(() => {
      this.#render = undefined;
      this.#set({ received: new Map(this.#received), overflow: this.#overflow });
    }, RENDER_MS);
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }

  #set(change: Partial<LiveSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Up to a quarter is random, so that many consoles do not come back to a restarted server at once. */
function backOff(attempt: number): number {
  const base = BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length) - 1] ?? 30_000;
  return base * (0.75 + Math.random() / 4);
}
