import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RingWatch } from './ring-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make() {
  const told: boolean[] = [];
  const watch = new RingWatch((asleep) => told.push(asleep));
  const look = vi.fn<() => void>();
  watch.start(look);
  return { watch, look, told };
}

it('looks by itself while something is found, and sleeps when nothing came for a while', () => {
  const { watch, look, told } = make();
  look.mockImplementation(() => watch.found(100));
  vi.advanceTimersByTime(400);
  expect(look.mock.calls.length).toBeGreaterThan(50);
  expect(told).toEqual([false]);
  look.mockImplementation(() => undefined);
  vi.advanceTimersByTime(400);
  expect(told).toEqual([false, true]);
  const looks = look.mock.calls.length;
  vi.advanceTimersByTime(10_000);
  expect(look).toHaveBeenCalledTimes(looks);
});

it('answers a wake at once when it slept', () => {
  const { watch, look, told } = make();
  vi.advanceTimersByTime(1000);
  look.mockClear();
  watch.wake();
  expect(look).toHaveBeenCalledTimes(1);
  expect(told.at(-1)).toBe(false);
});

it('does not look more often for many wakes', () => {
  const { watch, look } = make();
  vi.advanceTimersByTime(1000);
  look.mockClear();
  look.mockImplementation(() => watch.found(100));
  for (let i = 0; i < 100; i++) {
    watch.wake();
    vi.advanceTimersByTime(0.1);
  }
  expect(look.mock.calls.length).toBeLessThan(6);
});

it('looks less often while many events come', () => {
  const { watch, look } = make();
  look.mockImplementation(() => watch.found(1_000_000));
  vi.advanceTimersByTime(1000);
  expect(look.mock.calls.length).toBeLessThan(120);
});

it('does nothing after its stop', () => {
  const { watch, look } = make();
  watch.stop();
  watch.wake();
  vi.advanceTimersByTime(1000);
  expect(look).not.toHaveBeenCalled();
});
