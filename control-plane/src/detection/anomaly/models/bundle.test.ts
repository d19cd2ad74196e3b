import { describe, expect, test } from 'vitest';
import { makeWindow } from '../testing/make-window.ts';
import { ModelBundle } from './bundle.ts';
import { ModelError } from './model-error.ts';
import { PARTS } from './parts.ts';
import { ordinaryWindows, plantedWindows } from './testing/ordinary-windows.ts';

const training = [
  ...ordinaryWindows({ seed: 1, runs: 6, perRun: 80 }),
  ...ordinaryWindows({ seed: 2, runs: 6, perRun: 16, seconds: 60 }),
];
const bundle = ModelBundle.train(training, { seed: 7 });
const fresh = (seconds: 10 | 60) =>
  ordinaryWindows({ seed: 3, runs: 1, perRun: 200, seconds }).map(({ window }) => window);

describe('a bundle', () => {
  test.each([10, 60] as const)('finds planted anomalies in windows of %d s', (seconds) => {
    const highest = new Float64Array(PARTS.length).fill(Number.NEGATIVE_INFINITY);
    for (const window of fresh(seconds))
      for (const [part, score] of bundle.parts(window).entries()) highest[part] = Math.max(highest[part] ?? 0, score);
    const found = plantedWindows(4, 70, seconds).filter(({ window }) =>
      bundle.parts(window).some((score, part) => score > (highest[part] ?? 0)),
    );
    expect(found.length).toBe(70);
  });

  test('names what was planted among its first three reasons', () => {
    const planted = plantedWindows(5, 140);
    const named = planted.filter(({ window, named }) =>
      bundle.explain(window, 3).some(({ feature, observed }) => named.test(`${feature} ${observed}`)),
    );
    expect(named.length / planted.length).toBeGreaterThanOrEqual(0.95);
  });

  test('says what is usual', () => {
    const [reason] = bundle.explain(plantedWindows(5, 1)[0]?.window ?? makeWindow(), 1);
    expect(reason).toMatchObject({ feature: 'bytes sent', observed: '300 MB in 10 s' });
    expect(reason?.usual).toMatch(/^usually [\d.]+ KB to [\d.]+ KB$/);
    const peer = bundle.explain(plantedWindows(5, 3)[2]?.window ?? makeWindow(), 1)[0];
    expect(peer).toMatchObject({ feature: 'new peer', observed: '10.0.3.7:4444', usual: 'known: db.internal:5432' });
  });

  test('is the same for the same windows and seed, and after save and load', () => {
    const saved = bundle.save();
    expect(ModelBundle.train(training, { seed: 7 }).save()).toEqual(saved);
    expect(ModelBundle.train(training, { seed: 8 }).save()).not.toEqual(saved);
    const loaded = ModelBundle.load(saved);
    expect(loaded.save()).toEqual(saved);
    expect(loaded.bytes).toBe(saved.length);
    for (const { window } of plantedWindows(6, 21)) {
      expect(loaded.parts(window)).toEqual(bundle.parts(window));
      expect(loaded.explain(window, 5)).toEqual(bundle.explain(window, 5));
    }
  });

  test('refuses what is no saved bundle with a typed error', () => {
    const saved = bundle.save();
    const refuse = (bytes: Uint8Array) => expect(() => ModelBundle.load(bytes)).toThrow(ModelError);
    refuse(new Uint8Array());
    refuse(new Uint8Array(100).fill(7));
    refuse(saved.subarray(0, saved.length - 1));
    for (let at = 0; at < saved.length; at += 997) {
      const damaged = saved.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      refuse(damaged);
    }
  });

  test('abstains for lengths it has no model for, and for empty training', () => {
    const [window] = fresh(10);
    expect([...ModelBundle.train([], { seed: 1 }).parts(window ?? makeWindow())].every(Number.isNaN)).toBe(true);
    expect([...bundle.parts(makeWindow({ seconds: 1 }))].every(Number.isNaN)).toBe(true);
    expect(bundle.explain(makeWindow({ seconds: 1 }), 5)).toEqual([]);
  });

  test('abstains where nothing varied: an idle container', () => {
    const idle = Array.from({ length: 100 }, (_, at) => ({ run: at % 4, window: makeWindow({ from: at * 10_000 }) }));
    const parts = ModelBundle.train(idle, { seed: 1 }).parts(makeWindow({ scalars: { net_sent: 1e9 } }));
    expect([...parts].every(Number.isNaN)).toBe(true);
  });

  test('takes windows that are empty or hold no number', () => {
    const strange = makeWindow({ scalars: { net_sent: Number.NaN, cpu: -1, opens: Number.POSITIVE_INFINITY } });
    for (const window of [makeWindow(), strange]) {
      const parts = bundle.parts(window);
      expect(parts.length).toBe(PARTS.length);
      expect(parts.some((score) => score === Number.POSITIVE_INFINITY)).toBe(false);
      for (const { weight } of bundle.explain(window, 10)) expect(Number.isFinite(weight)).toBe(true);
    }
    const trained = ModelBundle.train([...training, { window: strange, run: 3 }], { seed: 1 });
    expect(ModelBundle.load(trained.save()).save()).toEqual(trained.save());
  });

  test('learns from windows that have system calls alone', () => {
    const bare = training.map(({ window, run }) => ({
      run,
      window: { ...window, scalars: new Float64Array(), tokens: new Map<string, number>() },
    }));
    const counts = ModelBundle.train(bare, { seed: 1 });
    const parts = counts.parts(makeWindow({ syscalls: { 101: 3, 0: 100 } }));
    expect(parts[PARTS.indexOf('tokens')]).toBeNaN();
    expect(parts[PARTS.indexOf('calls')]).toBeGreaterThan(4);
    expect(parts[PARTS.indexOf('amounts')]).toBeGreaterThanOrEqual(0);
  });

  test('stays small however many tokens there are, and counts what it leaves out', () => {
    const random = Array.from({ length: 600 }, (_, at) => ({
      run: at % 6,
      window: makeWindow({
        from: at * 10_000,
        tokens: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`r:/data/${'x'.repeat(60)}/${at}-${n}`, 1])),
      }),
    }));
    const large = ModelBundle.train([...training, ...random], { seed: 1 });
    expect(large.bytes).toBeLessThan(200 * 1024);
    expect(large.dropped.tokens).toBeGreaterThan(30_000);
    expect(large.parts(training[0]?.window ?? makeWindow())[PARTS.indexOf('tokens')]).toBeLessThan(3);
  });
});
