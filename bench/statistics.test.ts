import { expect, it } from 'vitest';
import { median, quantile, slope } from './statistics.ts';

it('gives medians and quantiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9);
  expect(median([])).toBeNaN();
});

it('gives the rise of a line', () => {
  expect(
    slope([
      [0, 5],
      [1, 7],
      [2, 9],
    ]),
  ).toBeCloseTo(2);
  expect(
    slope([
      [0, 1],
      [0, 2],
    ]),
  ).toBeNaN();
});
