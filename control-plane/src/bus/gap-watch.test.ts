import { expect, test } from 'vitest';
import { GapWatch } from './gap-watch.ts';

test('what the stream still holds was not ours', () => {
  const gaps = new GapWatch(10);
  gaps.note(15);
  gaps.note(20);
  expect(gaps.settle(20, 5)).toBeUndefined();
  expect(gaps.settled).toBe(20);
  expect(gaps.waiting).toBe(0);
});

test('what was passed over and is gone counts, without what arrived', () => {
  const gaps = new GapWatch(10);
  gaps.note(15); // passes 11 to 14
  gaps.note(16);
  gaps.note(20); // passes 17 to 19
  expect(gaps.settle(20, 19)).toEqual({ first: 11, last: 18, unknown: 6 });
});

test('messages in a row leave no gap', () => {
  const gaps = new GapWatch(0);
  for (let n = 1; n <= 100; n++) gaps.note(n);
  expect(gaps.waiting).toBe(0);
  expect(gaps.settle(100, 90)).toBeUndefined();
});

test('what is passed over after the question waits for the next one', () => {
  const gaps = new GapWatch(0);
  gaps.note(5);
  const asked = gaps.last;
  gaps.note(9); // passes 6 to 8 while the stream was asked
  expect(gaps.settle(asked, 3)).toEqual({ first: 1, last: 2, unknown: 2 });
  expect(gaps.settle(gaps.last, 8)).toEqual({ first: 6, last: 7, unknown: 2 });
});

test('a quiet partition: nothing is left up to a sequence', () => {
  const gaps = new GapWatch(5);
  gaps.note(50, false);
  expect(gaps.settle(50, 3)).toBeUndefined();
  // Later the same stretch is dropped: it was accounted for.
  expect(gaps.settle(50, 40)).toBeUndefined();
  gaps.note(60, false);
  expect(gaps.settle(60, 56)).toEqual({ first: 51, last: 55, unknown: 5 });
  gaps.note(61);
  expect(gaps.settle(61, 61)).toBeUndefined();
});

test('a message that comes again changes nothing', () => {
  const gaps = new GapWatch(5);
  gaps.note(6);
  gaps.note(3);
  gaps.note(6);
  expect(gaps.last).toBe(6);
  expect(gaps.waiting).toBe(0);
});
