import { expect, it } from 'vitest';
import { groupCount, groupsOf } from './groups.ts';

const windows = (many: number, runs: number) =>
  Array.from({ length: many }, (_, at) => ({ run: at % runs, from: at * 10_000 }));

it('parts by run from three runs on', () => {
  expect([...groupsOf(windows(6, 3))]).toEqual([0, 1, 2, 0, 1, 2]);
});

it('parts fewer runs into stretches of time', () => {
  expect([...groupsOf(windows(10, 1))]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
});

it.each([1, 2, 3, 4, 5, 6, 9])('makes no more groups than there are windows: %i', (many) => {
  const groups = groupsOf(windows(many, Math.min(2, many)));
  expect(groupCount(groups)).toBe(new Set(groups).size);
  expect(groupCount(groups)).toBe(Math.min(5, many));
});

it('makes none of nothing', () => {
  expect(groupCount(groupsOf([]))).toBe(0);
});
