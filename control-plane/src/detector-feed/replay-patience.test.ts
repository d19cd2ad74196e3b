import { expect, it } from 'vitest';
import { ReplayPatience } from './replay-patience.ts';

const WALL = Date.UTC(2026, 0, 1);
const header = (age: number) => ({ watermark: 5_000_000n, wallOffset: BigInt(WALL - age) * 1_000_000n - 5_000_000n });

function patience() {
  const clock = { ms: 1000 };
  return {
    clock,
    made: new ReplayPatience(
      () => clock.ms,
      () => WALL,
    ),
  };
}

it('does not wait while events come as they happen, or claim to be of the future', () => {
  const { made } = patience();
  expect([made.with(header(0)), made.with(header(9999)), made.with(header(-1e9))]).toEqual([0, 0, 0]);
  expect(made.with(header(10_000))).toBe(1000);
});

it('waits for half of the time at most, and gets it back', () => {
  const { clock, made } = patience();
  let waited = 0;
  for (let i = 0; i < 1000; i++) {
    const ms = made.with(header(1e6));
    expect(ms).toBeLessThanOrEqual(1000);
    clock.ms += ms + 1;
    made.used(ms);
    waited += ms;
  }
  const passed = clock.ms - 1000;
  expect(waited).toBeLessThan(2001 + passed / 2);
  expect(waited).toBeGreaterThan(passed / 3);
  clock.ms += 60_000;
  expect(made.with(header(1e6))).toBe(1000);
});
