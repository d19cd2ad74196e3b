import { describe, expect, it } from 'vitest';
import { MAX_ENTRIES, SlidingSum } from './sliding-sum.ts';

const SPAN = 1000;

function sumOf(entries: readonly (readonly [time: number, amount: number])[]): SlidingSum {
  const sum = new SlidingSum(SPAN);
  for (const [time, amount] of entries) sum.add(time, amount);
  return sum;
}

describe('few entries', () => {
  it('hold what is younger than the span, and not what is as old', () => {
    const sum = sumOf([
      [0, 1],
      [400, 2],
      [999, 4],
    ]);
    sum.expire(999);
    expect([sum.total, sum.first]).toEqual([7, 0]);
    sum.expire(1000);
    expect([sum.total, sum.first]).toEqual([6, 400]);
    sum.expire(5000);
    expect(sum.total).toBe(0);
    expect(sum.first).toBeNaN();
  });

  it('come in any order', () => {
    const sum = sumOf([
      [500, 1],
      [100, 2],
      [300, 4],
      [100, 8],
    ]);
    expect(sum.first).toBe(100);
    sum.expire(1100);
    expect([sum.total, sum.first]).toEqual([5, 300]);
  });
});

describe('many entries', () => {
  it('never hold more than the span, and lack at most one step of it', () => {
    const sum = new SlidingSum(SPAN);
    for (let time = 0; time < 10_000; time++) {
      sum.add(time, 1);
      sum.expire(time);
      const exact = Math.min(time + 1, SPAN);
      expect(sum.total).toBeLessThanOrEqual(exact);
      expect(sum.total).toBeGreaterThanOrEqual(exact - Math.ceil(SPAN / MAX_ENTRIES));
    }
    expect(sum.save().times.length).toBeLessThanOrEqual(MAX_ENTRIES + 1);
  });

  it('are taken in late without a loss', () => {
    const sum = new SlidingSum(SPAN);
    for (let time = 0; time < 900; time++) sum.add(time, 1);
    for (let time = 899; time >= 0; time--) sum.add(time, 1);
    expect(sum.total).toBe(1800);
  });
});

it('goes on from what was saved as if nothing had happened', () => {
  const whole = new SlidingSum(SPAN);
  let parted = new SlidingSum(SPAN);
  for (let i = 0; i < 600; i++) {
    const [time, amount] = [i * 3 - (i % 5) * 4, (i % 3) + 1];
    for (const sum of [whole, parted]) {
      sum.add(time, amount);
      sum.expire(time);
    }
    const next = new SlidingSum(SPAN);
    next.fill(parted.save());
    parted = next;
    expect([parted.total, parted.first, parted.bytes]).toEqual([whole.total, whole.first, whole.bytes]);
  }
});
