import type { WindowScore } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { chartOf } from './chart-points.ts';

const score = (second: number, value: number, more: Partial<WindowScore> = {}): WindowScore => ({
  ...{ at: new Date(second * 1000).toISOString(), seconds: 10, value, version: 'v', threshold: 4, drift: 0 },
  ...more,
});

it('has nothing to draw without windows', () => {
  expect(chartOf([])).toBeUndefined();
});

it('draws windows over their time, and leaves gaps open', () => {
  const chart = chartOf([score(0, 0), score(10, 5), score(100, 2.5)]);
  expect(chart?.curve).toBe('M30 150L117 8M900 79');
  expect(chart?.threshold).toBe('M30 36.4L117 36.4M900 36.4');
  expect(chart?.ticks.map(({ value }) => value)).toEqual([0, 2, 4]);
});

it('marks what is above the threshold, and what is new', () => {
  const chart = chartOf([score(0, 1), score(10, 6, { drift: 9 })]);
  expect(chart?.dots.map(({ isDrift, y }) => [isDrift, y])).toEqual([
    [false, 55.3],
    [true, 8],
  ]);
});

it('survives one window alone', () => {
  expect(chartOf([score(3, 1)])?.curve).toMatch(/^M30 /);
});
