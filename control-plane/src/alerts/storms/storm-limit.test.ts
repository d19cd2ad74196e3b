import { expect, test } from 'vitest';
import { StormLimit } from './storm-limit.ts';

test('grants so many a minute, counted from the first', () => {
  const limit = new StormLimit(2);
  const asked = [0, 10, 59_999, 60_000, 60_001, 60_002, 200_000].map((at) => limit.admit('a', 'x', 1_000_000 + at));
  expect(asked).toEqual([undefined, undefined, 1_000_000, undefined, undefined, 1_060_000, undefined]);
});

test('rules, containers and nodes have allowances of their own', () => {
  const limit = new StormLimit(1);
  const asked = [
    limit.admit('a', 'x', 0),
    limit.admit('a', 'y', 0),
    limit.admit('b', 'x', 0),
    limit.admit('a', 'x', 1),
  ];
  expect(asked).toEqual([undefined, undefined, undefined, 0]);
});

test('the first of a minute is granted whatever the limit is', () => {
  const limit = new StormLimit(0);
  expect([limit.admit('a', 'x', 0), limit.admit('a', 'x', 1)]).toEqual([undefined, 0]);
});

test('late events count in the window that is there, a clock that was set back begins another', () => {
  const limit = new StormLimit(1);
  const asked = [limit.admit('a', 'x', 100_000), limit.admit('a', 'x', 99_000), limit.admit('a', 'x', 10_000)];
  expect(asked).toEqual([undefined, 100_000, undefined]);
});

test('windows that are over are forgotten, and never more than the bound are kept', () => {
  const limit = new StormLimit(1);
  for (let i = 0; i < 9000; i++) limit.admit('a', `x${i}`, i);
  expect(limit.snapshot()).toHaveLength(8192);
  limit.tick('a', 68_999);
  expect(limit.snapshot()).toHaveLength(0);
});
