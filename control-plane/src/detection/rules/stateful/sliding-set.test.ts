import { expect, it } from 'vitest';
import { SlidingSet } from './sliding-set.ts';

it('counts values once, for as long as the span from their last sight', () => {
  const set = new SlidingSet(100, 10);
  for (const [value, time] of [
    ['a', 0],
    ['b', 10],
    ['a', 50],
  ] as const)
    set.add(value, time);
  expect([set.size, set.sample(5)]).toEqual([2, ['b', 'a']]);
  set.expire(109);
  expect(set.size).toBe(2);
  set.expire(110);
  expect(set.sample(5)).toEqual(['a']);
  set.expire(150);
  expect([set.size, set.bytes]).toEqual([0, 0]);
});

it('keeps the newest values when there are more than are asked for', () => {
  const set = new SlidingSet(100, 3);
  for (let i = 0; i < 1000; i++) set.add(String(i), i / 1000);
  expect(set.sample(9)).toEqual(['997', '998', '999']);
  expect(set.bytes).toBe(3 * (2 * 3 + 48));
});

it('takes a value that comes late as seen with the newest', () => {
  const set = new SlidingSet(100, 9);
  set.add('a', 50);
  set.add('b', 20);
  set.expire(130);
  expect(set.size).toBe(2);
});
