import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EarliestTimer } from './earliest-timer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('calls back once, at the earliest time asked for, and again when asked anew', () => {
  const calls: number[] = [];
  const begun = performance.now();
  const timer = new EarliestTimer(() => calls.push(performance.now() - begun));
  for (const ms of [50, 20, 30]) timer.in(ms);
  vi.advanceTimersByTime(100);
  expect(calls).toEqual([20]);
  timer.in(10);
  vi.advanceTimersByTime(100);
  expect(calls).toEqual([20, 110]);
  timer.in(10);
  timer.stop();
  vi.advanceTimersByTime(100);
  expect(calls).toHaveLength(2);
});
