import { describe, expect, it } from 'vitest';
import { CallTimes } from './call-times.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { FadingCost } from './cost-shares.ts';
import { LogRing } from './log-ring.ts';

const MINUTE = 60_000;

describe('times of calls', () => {
  it('are told to within an eighth', () => {
    const times = new CallTimes();
    for (let ns = 1000; ns <= 100_000; ns += 1000) times.add(ns);
    for (const [part, value] of [
      [0.5, 50_000],
      [0.99, 99_000],
      [0.01, 1000],
    ] as const) {
      expect(times.quantile(part)).toBeGreaterThanOrEqual(value);
      expect(times.quantile(part)).toBeLessThanOrEqual(value * 1.13);
    }
  });

  it('may be none, nothing or no number', () => {
    const times = new CallTimes();
    expect(times.quantile(0.5)).toBe(0);
    for (const odd of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) times.add(odd);
    expect(times.quantile(0.5)).toBeLessThanOrEqual(2);
  });
});

describe('the breaker', () => {
  const trip = (breaker: CircuitBreaker, now: number) => [0, 1, 2].map((i) => breaker.fault(now + i)).at(-1);

  it('opens at the third fault within a minute, for longer each time up to an hour', () => {
    const breaker = new CircuitBreaker();
    let now = 1_000_000_000;
    const minutes: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(trip(breaker, now)).toBe(true);
      const until = breaker.openUntil(now + 2) ?? 0;
      minutes.push((until - now - 2) / MINUTE);
      expect(breaker.openUntil(until - 1)).toBe(until);
      expect(breaker.openUntil(until)).toBeUndefined();
      now = until + 1;
    }
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('forgets faults that are far apart, and old quarantines', () => {
    const breaker = new CircuitBreaker();
    let now = 1_000_000_000;
    for (let i = 1; i <= 20; i++) expect(breaker.fault(now + (i * MINUTE) / 2)).toBe(false);
    now += 11 * MINUTE;
    expect(trip(breaker, now)).toBe(true);
    now += 3 * 60 * MINUTE;
    trip(breaker, now);
    expect(breaker.openUntil(now + 2)).toBe(now + 2 + MINUTE);
  });

  it('does not count while it is open', () => {
    const breaker = new CircuitBreaker();
    trip(breaker, 1_000_000);
    expect(trip(breaker, 1_000_100)).toBe(false);
    expect(breaker.openUntil(1_000_200)).toBe(1_000_002 + MINUTE);
  });
});

it('costs count for half after a minute', () => {
  const cost = new FadingCost();
  cost.add(100, 0);
  cost.add(100, MINUTE);
  expect(cost.value(MINUTE)).toBeCloseTo(150);
  expect(cost.value(2 * MINUTE)).toBeCloseTo(75);
});

it('a log keeps its newest thousand lines, with numbers to go on from', () => {
  const ring = new LogRing();
  for (let i = 1; i <= 5000; i++) ring.add(i % 5, `line ${i}`, 0, i);
  const lines = ring.lines();
  expect([lines.length, lines[0]?.message, lines.at(-1)?.number]).toEqual([1000, 'line 4001', 5000]);
  expect(ring.lines(4998).map(({ level }) => level)).toEqual(['error', 'debug']);
});
