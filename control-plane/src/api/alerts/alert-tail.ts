import { messageOf } from '@picket/sdk';
import type { ApiLog } from '../deps.ts';
import type { AlertSource, AlertWrite } from '../stores.ts';

/** Somebody who wants every write to the alerts from now on. Must not throw and must not wait. */
export type TailListener = (write: AlertWrite) => void;

const BATCH = 200;

/**
 * Reads what is written to the alerts, once for all open streams, and hands it on in commit order. It is woken by
 * writes of this process, and looks by itself now and then for those of others on the same database.
 */
export class AlertTail {
  readonly #alerts: AlertSource;
  readonly #log: ApiLog;
  readonly #listeners = new Set<TailListener>();
  readonly #pollMs: number;
  #position = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #reading = false;
  #again = false;

  constructor(alerts: AlertSource, log: ApiLog, pollMs: number) {
    this.#alerts = alerts;
    this.#log = log;
    this.#pollMs = pollMs;
  }

  /** Hands every write after the returned position to the listener, and none before it, until it leaves. */
  async join(listener: TailListener): Promise<number> {
    // Nobody listened, so nobody kept the position up to date.
    const last = this.#listeners.size === 0 ? await this.#alerts.lastChange() : 0;
    if (this.#listeners.size === 0) this.#position = Math.max(this.#position, last);
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.wake(), this.#pollMs).unref();
    return this.#position;
  }

  leave(listener: TailListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Alerts may have been written. */
  wake(): void {
    if (this.#listeners.size === 0) return;
    if (this.#reading) this.#again = true;
    else void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      do {
        this.#again = false;
        while (this.#listeners.size > 0 && (await this.#readBatch()) === BATCH);
      } while (this.#again && this.#listeners.size > 0);
    } catch (error) {
      // The position has not moved: the next look reads the same again.
      this.#log('warn', `live alerts wait for the store: ${messageOf(error)}`);
    } finally {
      this.#reading = false;
    }
  }

  async #readBatch(): Promise<number> {
    const writes = await this.#alerts.changesAfter(this.#position, BATCH);
    for (const write of writes) {
      if (write.change <= this.#position) continue;
      this.#position = write.change;
      for (const listener of this.#listeners) listener(write);
    }
    return writes.length;
  }
}
