import { describe, expect, test } from 'vitest';
import { WINDOW_FIRST } from '../features/feature-window.ts';
import { makeWindow } from '../testing/make-window.ts';
import { forestKind } from './forest-model.ts';
import type { ModelKind } from './model.ts';
import { ModelError } from './model-error.ts';
import { ngramKind } from './ngram-model.ts';
import { rarityKind } from './rarity-model.ts';
import { ordinaryWindows, plantedWindows } from './testing/ordinary-windows.ts';
import { thresholdKind } from './threshold-model.ts';

const KINDS: readonly ModelKind[] = [thresholdKind, rarityKind, ngramKind, forestKind];
const windows = ordinaryWindows({ seed: 1, runs: 5, perRun: 60 });

function trained(kind: ModelKind, of = windows) {
  const model = kind.create({ seed: 3 });
  for (const { window, run } of of) model.observe(window, run);
  model.fit();
  return model;
}

describe.each(KINDS)('a $kind model', (kind) => {
  test('is the same for the same windows, and after save and load', () => {
    const model = trained(kind);
    const saved = model.save();
    expect(trained(kind).save()).toEqual(saved);
    expect(model.bytes).toBe(saved.length);
    const loaded = kind.load(saved);
    expect(loaded.save()).toEqual(saved);
    for (const { window } of plantedWindows(2, 14)) {
      expect(loaded.score(window)).toBe(model.score(window));
      expect(loaded.explain(window, 4)).toEqual(model.explain(window, 4));
    }
  });

  test('abstains when it learned nothing', () => {
    const model = trained(kind, []);
    expect(model.score(windows[0]?.window ?? makeWindow())).toBeNaN();
    expect(kind.load(model.save()).score(makeWindow({ syscalls: { 1: 2 } }))).toBeNaN();
  });

  test('refuses other bytes, other kinds and other versions', () => {
    const saved = trained(kind).save();
    for (const other of KINDS.filter((each) => each !== kind)) expect(() => other.load(saved)).toThrow(ModelError);
    for (let at = 0; at < saved.length; at += 101) {
      const damaged = saved.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(() => kind.load(damaged)).toThrow(ModelError);
    }
  });

  test('is told when it is used before its time', () => {
    const model = kind.create({ seed: 1 });
    model.observe(makeWindow(), 0);
    expect(() => model.save()).toThrow(expect.objectContaining({ code: 'MODEL_UNREADY' }));
    model.fit();
    expect(() => model.observe(makeWindow(), 0)).toThrow(expect.objectContaining({ code: 'MODEL_UNREADY' }));
  });
});

describe('amounts', () => {
  const model = trained(thresholdKind);
  const sent = (net_sent: number, flags = 0) => makeWindow({ scalars: { net_sent }, flags });

  test('grow stranger beyond the largest ever seen, also of what comes in two heaps', () => {
    const heaps = Array.from({ length: 600 }, (_, at) => ({ run: at % 5, window: sent(at % 6 === 0 ? 2e7 : 0) }));
    const two = trained(thresholdKind, heaps);
    const [seen, triple, tenfold, hundredfold] = [2e7, 6e7, 2e8, 2e9].map((bytes) => two.score(sent(bytes)));
    expect(seen).toBeLessThan(4);
    expect(triple).toBeGreaterThan((seen ?? 0) + 1.5);
    expect(tenfold).toBeGreaterThan((triple ?? 0) + 1);
    expect(hundredfold).toBeGreaterThan(7);
  });

  test('do not call one or two more of few strange', () => {
    const few = Array.from({ length: 400 }, (_, at) => ({
      run: at % 4,
      window: makeWindow({ scalars: { execs: at % 2, accepts: 100 + (at % 20) } }),
    }));
    const counts = trained(thresholdKind, few);
    expect(counts.score(makeWindow({ scalars: { execs: 2, accepts: 110 } }))).toBeLessThan(6);
    expect(counts.score(makeWindow({ scalars: { execs: 30, accepts: 110 } }))).toBeGreaterThan(7);
  });

  test('that fall are bounded, and no matter in the first window of a container', () => {
    expect(model.score(makeWindow())).toBeLessThan(8);
    expect(model.score(makeWindow({ flags: WINDOW_FIRST }))).toBe(0);
  });

  test('follow a slow drift', () => {
    const drifting = Array.from({ length: 900 }, (_, at) => ({
      run: 0,
      window: makeWindow({ from: at * 10_000, scalars: { memory: 1e7 * 1.002 ** at } }),
    }));
    const memory = (value: number) => makeWindow({ scalars: { memory: value } });
    const drifted = trained(thresholdKind, drifting);
    expect(drifted.score(memory(1e7 * 1.002 ** 900))).toBeLessThan(3);
    expect(drifted.score(memory(1e9))).toBeGreaterThan(5);
  });
});

describe('rarity', () => {
  test('a class that brings new tokens in every container says less than one that never does', () => {
    const changing = windows.map(({ window, run }, at) => ({
      run,
      window: makeWindow({ from: window.from, tokens: { ...Object.fromEntries(window.tokens), [`w:/tmp/${at}`]: 1 } }),
    }));
    const model = trained(rarityKind, changing);
    const base = Object.fromEntries(windows[0]?.window.tokens ?? []);
    const file = model.score(makeWindow({ tokens: { ...base, 'w:/tmp/new': 1 } }));
    const peer = model.score(makeWindow({ tokens: { ...base, 'c:evil.example:443': 1 } }));
    expect(peer).toBeGreaterThan(file + 3);
  });

  test('a flood of new tokens in one class stays bounded', () => {
    const model = trained(rarityKind);
    const flood = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`r:/etc/${at}`, 1]));
    const [one, many] = [{ 'r:/etc/1': 1 }, flood].map((tokens) => model.score(makeWindow({ tokens })));
    expect(many).toBeGreaterThan(one ?? 0);
    expect(many).toBeLessThanOrEqual(2 * (one ?? 0));
  });

  test('what every container does once as it starts is not rare', () => {
    const starting = windows.map(({ window, run }, at) => ({
      run,
      window: at % 60 === 0 ? makeWindow({ from: window.from, tokens: { 'x:/entrypoint.sh': 1 } }) : window,
    }));
    const model = trained(rarityKind, starting);
    expect(model.score(makeWindow({ tokens: { 'x:/entrypoint.sh': 1 } }))).toBeLessThan(1);
    expect(model.score(makeWindow({ tokens: { 'x:/other.sh': 1 } }))).toBeGreaterThan(4);
  });
});
