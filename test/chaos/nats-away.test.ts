import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AwayStage, runAway } from '../../bench/load/nats-away.ts';
import { lostOf } from '../support/stream-audit.ts';

// The bus dies under load and comes back. The generator's own count is the truth; the stream is read to its end.

it('brings every event in order after the bus was away, with the disk behind a small memory', async () => {
  const { made, audit, peak, control } = await runAway({ seconds: 10, rate: 10_000, spoolMib: 4, diskMib: 64 });
  expect(peak.memoryBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(peak.diskBytes).toBeGreaterThan(1024 * 1024);
  const [run] = audit.runs;
  expect(run?.losses.filter(({ reason }) => reason !== 'suppressed')).toEqual([]);
  expect(audit.opens).toEqual({ count: made, stretches: 0, last: made - 1, violations: 0 });
  expect({ missing: audit.missing, violations: audit.violations }).toEqual({ missing: 0, violations: 0 });
  expect(control).toEqual({ missing: 0, duplicates: 0 });
});

it('loses exactly what it says it loses when the spool is too small', async () => {
  const { made, audit, peak, control } = await runAway({ seconds: 8, rate: 10_000, spoolMib: 1, diskMib: 1 });
  expect(peak.diskBytes).toBeLessThanOrEqual(1024 * 1024);
  const [run] = audit.runs;
  const lost = lostOf(run, { reason: 'spool_full' });
  expect(lost).toBeGreaterThan(0);
  expect(audit.missing).toBe(lost);
  expect(control.missing).toBe(lost);
  expect(audit.violations).toBe(0);
  expect(audit.opens.violations).toBe(0);
  expect(made - audit.opens.count).toBeGreaterThan(0);
  // Other containers of the machine may open files as well.
  expect(made - audit.opens.count).toBeLessThanOrEqual(lostOf(run, { kind: 'file.open' }));
});

it('hands in what lies on disk when the agent is killed while the bus is away', async () => {
  const stage = await AwayStage.start({ spoolMib: 4, diskMib: 64 });
  try {
    const first = await stage.load(10_000, 1);
    await stage.caughtUp(10);
    await stage.stack.nats.kill();
    const made = await stage.load(10_000, 5);
    // The last batch is sealed, and written.
    await sleep(1000);
    const { diskBytes } = await stage.level();
    expect(diskBytes).toBeGreaterThan(500_000);
    await stage.stack.agent?.kill();
    await stage.stack.nats.restart();
    await stage.stack.startAgent();
    await stage.caughtUp(20);
    const control = await stage.settle();
    const [before, after] = stage.audit.runs;
    expect(stage.audit.runs).toHaveLength(2);
    expect(Number(before?.epoch)).toBeLessThan(Number(after?.epoch));
    // The second load counts from 0 again. What was in memory, its beginning, is one hole; all behind it arrived.
    const { count, stretches, last } = stage.audit.opens;
    expect({ stretches, last }).toEqual({ stretches: 1, last: made - 1 });
    expect(count).toBeGreaterThan(first + made / 2);
    expect(first + made - count).toBeLessThanOrEqual(before?.missing ?? 0);
    expect(before?.holes).toBe(1);
    expect(after?.holes).toBe(0);
    expect(control.missing).toBe(stage.audit.missing);
    expect(control.duplicates).toBe(0);
  } finally {
    await stage.stop();
  }
});
