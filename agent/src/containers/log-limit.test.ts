import { describe, expect, it } from 'vitest';
import { LogLimit } from './log-limit.ts';

describe('LogLimit', () => {
  it('lets so many through a minute, and tells with the next one how many it kept back', () => {
    let now = 5;
    const limit = new LogLimit(2, () => now);
    expect([limit.take(), limit.take(), limit.take(), limit.take()]).toEqual([0, 0, undefined, undefined]);
    now += 59_999;
    expect(limit.take()).toBeUndefined();
    now += 1;
    expect([limit.take(), limit.take(), limit.take()]).toEqual([3, 0, undefined]);
  });
});
