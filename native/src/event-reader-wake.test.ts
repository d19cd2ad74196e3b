import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';
import { emit, FORCE_WAKEUP, NO_WAKEUP } from '../test-programs/emit.ts';
import { type BpfObject, EventReader, openObject, type ReaderOptions, SUMMARY_WORDS } from './index.ts';

let object: BpfObject;
let readers: EventReader[] = [];
const summary = new Uint32Array(SUMMARY_WORDS);

beforeEach(() => {
  object = openObject(compileProgram('rings'), { name: 'rings' });
  object.load();
});

afterEach(() => {
  for (const reader of readers) reader.close();
  readers = [];
  object.close();
});

function makeReader(options: Partial<ReaderOptions> = {}): EventReader {
  const rings = { rare: object.map('rare'), bulk: object.map('bulk') };
  const reader = new EventReader({ ...rings, onReady: () => {}, backstopMs: 0, ...options });
  readers.push(reader);
  return reader;
}

/** Empties the rings; gives the number of records. */
function drain(reader: EventReader): number {
  reader.drain(new Uint8Array(1 << 20), summary);
  return summary[0] ?? 0;
}

describe('waking', () => {
  const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('calls once a wake and again after the next', async () => {
    const wakes = watched();
    const reader = makeReader({ onReady: wakes.onReady });
    emit(object, { to: 'rare', count: 100, wake: FORCE_WAKEUP });
    await wakes.reach(1);
    expect(drain(reader)).toBe(100);
    emit(object, { to: 'bulk', wake: 0 });
    await wakes.reach(2);
    expect(drain(reader)).toBe(1);
    await soon(30);
    expect(wakes.count()).toBe(2);
    expect(reader.stats).toMatchObject({ ringWakes: 2, timerWakes: 0, pollErrors: 0 });
  });

  it('finds what was there before', async () => {
    emit(object, { to: 'rare' });
    const wakes = watched();
    makeReader({ onReady: wakes.onReady });
    await wakes.reach(1);
  });

  it('looks now and then for records that did not wake', async () => {
    const wakes = watched();
    const reader = makeReader({ onReady: wakes.onReady, backstopMs: 5 });
    await soon(30);
    expect(wakes.count()).toBe(0);
    emit(object, { to: 'bulk', wake: NO_WAKEUP });
    await wakes.reach(1);
    drain(reader);
    const seen = wakes.count();
    await soon(30);
    expect(wakes.count()).toBe(seen);
    expect(reader.stats.timerWakes).toBe(seen);
  });

  it('leaves a small backlog of the bulk ring to the timer', async () => {
    const wakes = watched();
    const reader = makeReader({ onReady: wakes.onReady, backstopMs: 50, backlogBytes: 10_000 });
    emit(object, { to: 'bulk', wake: FORCE_WAKEUP });
    await wakes.reach(1);
    expect(reader.stats).toMatchObject({ ringWakes: 0, timerWakes: 1 });
    drain(reader);
    emit(object, { to: 'bulk', wake: FORCE_WAKEUP, count: 200 });
    await wakes.reach(2);
    drain(reader);
    emit(object, { to: 'rare', wake: FORCE_WAKEUP });
    await wakes.reach(3);
    expect(() => makeReader({ backlogBytes: 1, backstopMs: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('is silent after stop, and can still be drained', async () => {
    const wakes = watched();
    const reader = makeReader({ onReady: wakes.onReady, backstopMs: 5 });
    reader.stop();
    reader.stop();
    emit(object, { to: 'rare', wake: FORCE_WAKEUP });
    await soon(30);
    expect(wakes.count()).toBe(0);
    expect(drain(reader)).toBe(1);
  });

  it('can be closed while it calls', async () => {
    const closed = Promise.withResolvers<void>();
    const reader = makeReader({
      onReady: () => {
        reader.close();
        closed.resolve();
      },
    });
    emit(object, { to: 'rare', wake: FORCE_WAKEUP });
    await closed.promise;
    await soon(5);
    reader.close();
    reader.stop();
    reader.unref();
    const uses = [
      () => reader.drain(new Uint8Array(64), summary),
      () => reader.stats,
      () => reader.nextSequence,
      () => reader.assignSlot(1n, 1, 1),
    ];
    for (const use of uses) expect(use).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });
});

/** Counts calls, and waits for a count. */
function watched() {
  let calls = 0;
  let waiting: { count: number; resolve: () => void } | undefined;
  return {
    count: () => calls,
    onReady: () => {
      calls++;
      if (waiting !== undefined && calls >= waiting.count) waiting.resolve();
    },
    reach: (count: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { count, resolve };
      if (calls >= count) resolve();
      return promise;
    },
  };
}
