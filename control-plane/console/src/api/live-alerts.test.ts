import type { Alert } from '@picket/sdk';
import type { StreamOptions } from '@picket/sdk/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleAlert } from '../alerts/sample-alert.ts';
import { LiveAlerts } from './live-alerts.ts';

/** One connection whose server side the test plays. The real client has tests of its own, against a real server. */
class Connection {
  readonly options: StreamOptions;
  #queue: (() => Alert | undefined)[] = [];
  #wake: () => void = () => undefined;
  #sent = 0;

  constructor(options: StreamOptions) {
    this.options = options;
    options.signal?.addEventListener('abort', () => this.end());
  }

  open(): void {
    this.options.onOpen?.();
  }

  send(...alerts: Alert[]): void {
    for (const alert of alerts) this.#push(() => alert);
  }

  end(): void {
    this.#push(() => undefined);
  }

  fail(error: unknown): void {
    this.#push(() => {
      throw error;
    });
  }

  async *read(): AsyncGenerator<Alert> {
    for (;;) {
      while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const alert = this.#queue.shift()?.();
      if (!alert) return;
      this.options.onPosition?.(`p${++this.#sent}`);
      yield alert;
    }
  }

  #push(step: () => Alert | undefined): void {
    this.#queue.push(step);
    this.#wake();
  }
}

const FINAL = new Error('refused');
let connections: Connection[];
let live: LiveAlerts;
const onGap = vi.fn();
const onStopped = vi.fn();
const last = () => connections.at(-1) as Connection;
const state = () => live.getSnapshot();
const settle = (ms = 150) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  onGap.mockReset();
  onStopped.mockReset();
  connections = [];
  live = new LiveAlerts({
    open: (options) => {
      const connection = new Connection(options);
      connections.push(connection);
      return connection.read();
    },
    onGap,
    onStopped,
    waitAfter: (error) => (error === FINAL ? Number.POSITIVE_INFINITY : error instanceof RangeError ? 20 : 0),
  });
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe('the connection', () => {
  it('begins at the position of the list and is live when the server answers', async () => {
    live.start('7');
    await settle();
    expect(last().options.lastEventId).toBe('7');
    expect(state().phase).toBe('connecting');
    last().open();
    expect(state().phase).toBe('live');
    live.start('9');
    await settle();
    expect(connections).toHaveLength(1);
  });

  it('comes back where it stopped, later after each failure', async () => {
    live.start('7');
    await settle();
    last().open();
    last().send(sampleAlert(1));
    last().fail(new Error('reset by peer'));
    await settle(0);
    expect(state()).toMatchObject({ phase: 'waiting', attempt: 1 });
    const first = state().retryAt - Date.now();
    await settle(1000);
    expect(connections).toHaveLength(2);
    expect(last().options.lastEventId).toBe('p1');
    last().end();
    await settle(0);
    expect(state()).toMatchObject({ phase: 'waiting', attempt: 2 });
    expect(state().retryAt - Date.now()).toBeGreaterThan(first);
    await settle(2000);
    last().open();
    expect(state()).toMatchObject({ phase: 'live', attempt: 0 });
    expect(onGap).not.toHaveBeenCalled();
  });

  it('tries at once when asked to', async () => {
    live.start('7');
    await settle();
    last().end();
    await settle(0);
    live.retryNow();
    await settle(0);
    expect(connections).toHaveLength(2);
  });

  it('waits as long as the server asks for', async () => {
    live.start('7');
    await settle();
    last().fail(new RangeError('busy'));
    await settle(19_000);
    expect(connections).toHaveLength(1);
    await settle(1500);
    expect(connections).toHaveLength(2);
  });

  it('stops for good on a refusal, until it is asked again', async () => {
    live.start('7');
    await settle();
    last().fail(FINAL);
    await settle(60_000);
    expect(state().phase).toBe('stopped');
    expect(onStopped).toHaveBeenCalledExactlyOnceWith(FINAL);
    expect(connections).toHaveLength(1);
    live.retryNow();
    await settle();
    expect(connections).toHaveLength(2);
  });

  it('opens nothing after stop, not even while it waits', async () => {
    live.start('7');
    await settle();
    last().end();
    await settle(0);
    live.stop();
    await settle(120_000);
    expect(connections).toHaveLength(1);
  });

  it('asks for a reload when the server can not continue', async () => {
    live.start('7');
    await settle();
    last().options.onReset?.();
    expect(onGap).toHaveBeenCalledOnce();
  });
});

describe('what came', () => {
  beforeEach(async () => {
    live.start('0');
    await settle();
    last().open();
  });
  const arrivals = () => [...state().received.values()].map((entry) => [entry.alert.revision, entry.arrival]);

  it('is rendered once for a burst', async () => {
    const listener = vi.fn();
    live.subscribe(listener);
    last().send(...Array.from({ length: 200 }, (_, i) => sampleAlert(i)));
    await settle();
    expect(state().received.size).toBe(200);
    expect(listener).toHaveBeenCalledOnce();
  });

  it('keeps the highest revision at the place of the first', async () => {
    last().send(sampleAlert(1), sampleAlert(2), sampleAlert(1, { revision: 3 }), sampleAlert(1, { revision: 2 }));
    await settle();
    expect(arrivals()).toEqual([
      [3, 1],
      [1, 2],
    ]);
  });

  it('is held back from the moment of the hold and released together', async () => {
    last().send(sampleAlert(1));
    await settle();
    live.hold(true);
    last().send(sampleAlert(2));
    await settle();
    expect(state().limit).toBe(1);
    expect(state().received.size).toBe(2);
    live.hold(true);
    expect(state().limit).toBe(1);
    live.hold(false);
    expect(state().limit).toBe(Number.POSITIVE_INFINITY);
    expect(onGap).not.toHaveBeenCalled();
  });

  it('is bounded: while nothing is held a reload replaces it', async () => {
    last().send(...Array.from({ length: 1001 }, (_, i) => sampleAlert(i)));
    await settle();
    expect(state().received.size).toBe(1);
    expect(onGap).toHaveBeenCalledOnce();
  });

  it('is bounded while held: the rest is counted and a reload brings it on release', async () => {
    live.hold(true);
    last().send(...Array.from({ length: 1007 }, (_, i) => sampleAlert(i)));
    await settle();
    expect(state()).toMatchObject({ overflow: 7 });
    expect(state().received.size).toBe(1000);
    expect(onGap).not.toHaveBeenCalled();
    live.hold(false);
    expect(state().overflow).toBe(0);
    expect(onGap).toHaveBeenCalledOnce();
  });
});
