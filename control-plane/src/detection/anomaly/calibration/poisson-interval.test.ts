import { expect, test } from 'vitest';
import { poissonAtMost, poissonInterval } from './poisson-interval.ts';

// figures of Garwood's interval as tables print them
test.each([
  [0, 0, 3.689],
  [1, 0.0253, 5.572],
  [5, 1.623, 11.668],
  [20, 12.217, 30.888],
  [100, 81.36, 121.63],
])('%d seen: from %d to %d', (count, low, high) => {
  const interval = poissonInterval(count);
  expect(interval.low).toBeCloseTo(low, 2);
  expect(interval.high).toBeCloseTo(high, 2);
});

test('the chance of at most so many', () => {
  expect(poissonAtMost(0, 2)).toBeCloseTo(Math.exp(-2), 12);
  expect(poissonAtMost(3, 2)).toBeCloseTo(0.857123, 6);
  expect(poissonAtMost(5, 0)).toBe(1);
});
