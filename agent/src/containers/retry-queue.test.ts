import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RetryQueue } from './retry-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('RetryQueue', () => {
  it('calls back for each item at its time, with one timer', () => {
    const seen: string[] = [];
    const queue = new RetryQueue<string>((item) => void seen.push(item));
    queue.add('late', 50);
    queue.add('soon', 10);
    queue.add('soon too', 10);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(10);
    expect(seen).toEqual(['soon', 'soon too']);
    vi.advanceTimersByTime(40);
    expect(seen).toEqual(['soon', 'soon too', 'late']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes items from within a call back, and none after stop', () => {
    let left = 3;
    const queue: RetryQueue<number> = new RetryQueue((item) => {
      if (--left > 0) queue.add(item, 5);
    });
    queue.add(1, 5);
    vi.advanceTimersByTime(100);
    expect(left).toBe(0);
    queue.add(1, 5);
    queue.stop();
    expect(queue.size).toBe(0);
    vi.advanceTimersByTime(100);
    expect(left).toBe(0);
  });
});
