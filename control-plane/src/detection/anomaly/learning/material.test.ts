import { expect, test } from 'vitest';
import { WINDOW_FIRST, WINDOW_LAST } from '../features/feature-window.ts';
import { makeWindow } from '../testing/make-window.ts';
import { LearningError } from './learning-error.ts';
import { Material } from './material.ts';
import { type MadeWindow, madeWindows, randomOf, START } from './testing/ordinary-windows.ts';

const HOUR = 3_600_000;

const observed = (windows: readonly MadeWindow[], material = new Material('web')) => {
  for (const { window, run, at } of windows) material.observe(window, run, at);
  return material;
};

const runsOf = (count: number, windows: number, start = START) =>
  Array.from({ length: count }, (_, i) => madeWindows({ seed: i, run: `run-${i}`, windows, start })).flat();

const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error instanceof LearningError ? error.code : error;
  }
  return 'nothing was thrown';
};

const countByRun = (material: Material) => {
  const counts = new Map<number, number>();
  for (const { run } of material.windows(10)) counts.set(run, (counts.get(run) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
};

test('windows come back as they were, amounts within what their bits can tell', () => {
  const [made] = madeWindows({ seed: 7, run: 'a', windows: 1 });
  const kept = observed([made as MadeWindow]).windows(10)[0];
  expect(kept?.at).toBe(made?.at);
  expect([...(kept?.window.tokens.keys() ?? [])].sort()).toEqual([...(made?.window.tokens.keys() ?? [])].sort());
  expect([...(kept?.window.syscalls.keys ?? [])]).toEqual([...(made?.window.syscalls.keys ?? [])]);
  expect([...(kept?.window.bigrams.keys ?? [])]).toEqual([...(made?.window.bigrams.keys ?? [])]);
  for (const [i, value] of (made?.window.scalars ?? []).entries())
    expect(Math.abs((kept?.window.scalars[i] ?? 0) - value)).toBeLessThanOrEqual(0.005 * value);
  for (const [i, count] of (made?.window.syscalls.counts ?? []).entries())
    expect(Math.abs((kept?.window.syscalls.counts[i] ?? 0) - count)).toBeLessThanOrEqual(0.04 * count);
});

test('it is the same after saving and loading, and goes on the same', () => {
  const windows = runsOf(8, 400);
  const half = windows.length / 2;
  const undisturbed = observed(windows);
  const before = observed(windows.slice(0, half));
  const restored = observed(windows.slice(half), Material.load(before.save()));
  expect(Material.load(before.save()).save()).toEqual(before.save());
  expect(Buffer.from(restored.save()).equals(Buffer.from(undisturbed.save()))).toBe(true);
  expect(restored.stats()).toEqual(undisturbed.stats());
});

test('a checkpoint of it is the same as the material, at any time, and goes on the same', () => {
  const windows = runsOf(8, 400);
  const undisturbed = observed(windows);
  let restored = new Material('web');
  for (let from = 0; from < windows.length; from += 500)
    restored = observed(windows.slice(from, from + 500), Material.load(restored.checkpoint()));
  expect(Buffer.from(restored.save()).equals(Buffer.from(undisturbed.save()))).toBe(true);
  expect(restored.stats()).toEqual(undisturbed.stats());
  const packed = Material.load(undisturbed.pack());
  expect(Buffer.from(packed.save()).equals(Buffer.from(undisturbed.save()))).toBe(true);
  // windows lie packed in memory
  expect(undisturbed.stats().kept).toBeGreaterThan(1500);
  expect(undisturbed.bytes).toBeLessThan(350_000);
});

test('merging two partitions is the same in either order, and the same as having seen all at one place', () => {
  const windows = [...runsOf(6, 500), ...runsOf(3, 300, START + 5 * HOUR)];
  const isFirst = ({ run }: MadeWindow) => Number(run.slice(4)) % 2 === 0;
  const one = () => observed(windows.filter(isFirst));
  const two = () => observed(windows.filter((window) => !isFirst(window)));
  const [ab, ba] = [one(), two()];
  ab.merge(two());
  ba.merge(one());
  const all = observed(windows);
  const seen = (material: Material) =>
    material.windows(10).map(({ window, at, run }) => `${at} ${run} ${window.from} ${[...window.scalars].join()}`);
  expect(seen(ab)).toEqual(seen(ba));
  expect(seen(ab)).toEqual(seen(all));
  expect(ab.tokens()).toEqual(ba.tokens());
  expect(ab.tokens()).toEqual(all.tokens());
  expect(ab.bigrams()).toEqual(all.bigrams());
  expect(ab.stats()).toEqual(all.stats());
});

test('a window that both have counts once among the kept ones', () => {
  const windows = runsOf(2, 50);
  const both = observed(windows);
  both.merge(observed(windows));
  expect(both.stats().kept).toBe(100);
});

test('one container can not fill it, one hour can not either', () => {
  const busy = Array.from({ length: 10 }, (_, i) =>
    madeWindows({ seed: i, run: 'greedy', windows: 360, start: START + i * HOUR }),
  ).flat();
  // a container that shows up with far more windows in the same hours
  const flood = madeWindows({ seed: 99, run: 'flood', windows: 3600, start: START });
  const quiet = madeWindows({ seed: 5, run: 'quiet', windows: 120, start: START + HOUR });
  const material = observed([...busy, ...flood, ...quiet]);
  expect(material.stats().kept).toBeLessThanOrEqual(2048);
  const counts = countByRun(material);
  expect(counts).toHaveLength(3);
  // the quiet one was there for a third of an hour out of ten: its equal share of that hour
  expect(counts[0]).toBeGreaterThanOrEqual(60);
  expect(counts[2]).toBeLessThanOrEqual(1300);
  const crash = Array.from({ length: 3000 }, (_, i) =>
    madeWindows({ seed: i, run: `crash-${i}`, windows: 1, start: START + 20 * HOUR }),
  ).flat();
  for (const { window, run, at } of crash) material.observe(window, run, at);
  const inHour = material.windows(10).filter(({ at }) => at >= START + 20 * HOUR).length;
  expect(inHour).toBeLessThan(450);
});

test('newer hours are somewhat likelier', () => {
  const weeks = Array.from({ length: 1000 }, (_, hour) =>
    madeWindows({ seed: hour, run: 'a', windows: 12, start: START + hour * HOUR }),
  ).flat();
  const kept = observed(weeks).windows(10);
  const older = kept.filter(({ at }) => at < START + 500 * HOUR).length;
  expect(older).toBeGreaterThan(100);
  expect(kept.length - older).toBeGreaterThan(2 * older);
});

test('it stays within 256 KB and counts what it has no room for, whatever names an attacker makes up', () => {
  const random = randomOf(3);
  const word = () => Array.from({ length: 40 }, () => String.fromCharCode(33 + Math.floor(90 * random()))).join('');
  const material = observed(runsOf(2, 100));
  for (let i = 0; i < 300; i++) {
    const tokens = Object.fromEntries(Array.from({ length: 400 }, () => [`w:/tmp/${word()}`, 1]));
    const bigrams = Array.from(
      { length: 300 },
      () => [Math.floor(random() * 400), Math.floor(random() * 400), 1] as const,
    );
    material.observe(makeWindow({ from: i * 10_000, tokens, bigrams }), 'evil', START + i * 10_000);
  }
  const { tokens, tokensRefused, bigramsRefused } = material.stats();
  expect(tokens).toBeLessThanOrEqual(4096);
  expect(tokensRefused).toBeGreaterThan(100_000);
  expect(bigramsRefused).toBeGreaterThan(10_000);
  expect(material.save().length).toBeLessThanOrEqual(256 * 1024);
  // names of other kinds still find room
  material.observe(makeWindow({ from: 1e9, tokens: { 'x:/usr/bin/new': 1 } }), 'run-0', START + 1e9);
  expect(material.tokens().some(({ token }) => token === 'x:/usr/bin/new')).toBe(true);
});

test('a token knows its windows, containers and hours', () => {
  const material = new Material('web');
  const see = (run: string, at: number) =>
    material.observe(makeWindow({ from: at - START, tokens: { 'x:/bin/a': 3 } }), run, at);
  for (const run of ['a', 'b', 'a', 'c']) see(run, START + 1000);
  see('a', START + 2 * HOUR);
  expect(material.tokens()).toEqual([
    { token: 'x:/bin/a', windows: 5, runs: 3, hours: 2, firstSeen: START + 1000, lastSeen: START + 2 * HOUR },
  ]);
});

test('short jobs: containers seen from start to stop are counted, forgotten ones too', () => {
  const material = new Material('job');
  for (let job = 0; job < 700; job++)
    for (const [i, flags] of [WINDOW_FIRST, 0, 0, WINDOW_LAST].entries()) {
      const from = job * 60_000 + i * 10_000;
      material.observe(makeWindow({ from, flags, scalars: { execs: 3 } }), `job-${job}`, START + from);
    }
  expect(material.stats()).toMatchObject({ runs: 700, completeRuns: 700, startsSeen: 700, windows: 2800 });
  expect(Material.load(material.save()).stats().completeRuns).toBe(700);
});

test('windows of one second say nothing of their own', () => {
  const material = observed([{ window: makeWindow({ seconds: 1, tokens: { 'x:/a': 1 } }), run: 'a', at: START }]);
  expect(material.stats()).toMatchObject({ windows: 0, tokens: 0, runs: 0 });
});

test('what is no material is refused by a typed error', () => {
  const saved = observed(runsOf(2, 50)).save();
  expect(codeOf(() => Material.load(new Uint8Array()))).toBe('MATERIAL_MALFORMED');
  expect(codeOf(() => Material.load(Buffer.from('something else entirely')))).toBe('MATERIAL_MALFORMED');
  expect(codeOf(() => Material.load(saved.subarray(0, saved.length - 9)))).toBe('MATERIAL_MALFORMED');
  const newer = Uint8Array.from(saved);
  newer[4] = 200;
  expect(codeOf(() => Material.load(newer))).toBe('MATERIAL_VERSION');
  const random = randomOf(1);
  for (let i = 0; i < 200; i++) {
    const broken = Uint8Array.from(saved);
    const at = 12 + Math.floor(random() * (saved.length - 12));
    broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(random() * 255));
    expect(codeOf(() => Material.load(broken))).toBe('MATERIAL_MALFORMED');
  }
  const checkpoint = observed(runsOf(2, 50)).checkpoint();
  expect(codeOf(() => Material.load(checkpoint.subarray(0, checkpoint.length - 9)))).toBe('MATERIAL_MALFORMED');
  expect(codeOf(() => Material.check(checkpoint.subarray(1)))).toBe('MATERIAL_MALFORMED');
  expect(codeOf(() => Material.check(checkpoint))).toBe('nothing was thrown');
  expect(codeOf(() => new Material('a').merge(new Material('b')))).toBe('MATERIAL_DIFFERS');
});
