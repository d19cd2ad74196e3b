import { Kind, LossReason } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { NO_FACTS } from '../containers/container-facts.ts';
import { type Container, ContainerRegistry } from '../containers/registry.ts';
import { describeAll } from '../testing/collect.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { WallClock } from '../wall-clock.ts';
import { LossLedger } from './loss.ts';
import { BURST, COMPANY_MS, PER_SECOND, SendPolicy } from './send-policy.ts';
import { SyscallWindows } from './windows.ts';

describe('SyscallWindows', () => {
  const registry = new ContainerRegistry(8);
  const container = registry.register({ cgroup: 5n, path: '/x', facts: NO_FACTS, candidate: false }) as Container;
  const countsOf = (pairs: [number, number][]) => {
    const counts = new Float64Array(512);
    for (const [number, count] of pairs) counts[number] = count;
    return counts;
  };

  it('gives what each window added, and nothing for a quiet one', () => {
    const source = new FakeSource();
    source.counts.set(container.slot, countsOf([[0, 100]]));
    source.time = 1000n;
    const windows = new SyscallWindows(source);
    windows.open(container);
    source.time = 2000n;
    expect(windows.next(container)).toBeUndefined();
    source.counts.set(
      container.slot,
      countsOf([
        [0, 103],
        [257, 5],
      ]),
    );
    source.time = 3000n;
    const [record] = describeAll(windows.next(container) ?? new Uint8Array());
    expect(record).toMatchObject({ kind: 'window.syscalls', slot: 1, generation: 1, from: '2000', to: '3000' });
    expect(record).toMatchObject({
      total: '8',
      counts: [
        [0, 3],
        [257, 5],
      ],
    });
    expect(windows.next(container)).toBeUndefined();
  });

  it('ends with a last window', () => {
    const source = new FakeSource();
    const windows = new SyscallWindows(source);
    windows.open(container);
    source.counts.set(container.slot, countsOf([[1, 1]]));
    expect(windows.close(container)).toBeDefined();
    source.counts.set(container.slot, countsOf([[1, 2]]));
    expect(windows.next(container)).toBeUndefined();
  });
});

describe('LossLedger', () => {
  it('tells of each loss once, and adds up the kernel and the agent', () => {
    const source = new FakeSource();
    source.lost.push({ kind: Kind.FileOpen, reason: LossReason.ringFull, count: 10n });
    const ledger = new LossLedger(source, 100n);
    expect(ledger.total()).toEqual([{ kind: Kind.FileOpen, reason: LossReason.ringFull, count: 10n }]);
    ledger.add(Kind.FileOpen, LossReason.ringFull, 1);
    ledger.add(Kind.ProcessExec, LossReason.spoolFull, 2);
    ledger.add(Kind.ProcessExec, LossReason.spoolFull, 0);
    const first = ledger.news(200n).flatMap(describeAll);
    expect(first.map(({ lost_kind, reason, count, from, to }) => [lost_kind, reason, count, from, to])).toEqual([
      [Kind.FileOpen, LossReason.ringFull, '11', '100', '200'],
      [Kind.ProcessExec, LossReason.spoolFull, '2', '100', '200'],
    ]);
    expect(ledger.news(300n)).toEqual([]);
    source.lost[0] = { kind: Kind.FileOpen, reason: LossReason.ringFull, count: 15n };
    const [next] = ledger.news(400n).flatMap(describeAll);
    expect(next).toMatchObject({ count: '5', from: '300', to: '400' });
    expect(ledger.total()).toContainEqual({ kind: Kind.FileOpen, reason: LossReason.ringFull, count: 16n });
  });
});

describe('SendPolicy', () => {
  const batch = { openedAt: 1000, urgent: false, inFlight: 0, open: true };

  it('sends what is urgent at once, and the rest after a moment while nothing is in flight', () => {
    const policy = new SendPolicy();
    expect(policy.delay(1000, { ...batch, urgent: true })).toBe(0);
    expect(policy.delay(1000, batch)).toBe(COMPANY_MS);
    expect(policy.delay(1000 + COMPANY_MS, batch)).toBe(0);
    expect(policy.delay(1000, { ...batch, inFlight: 1 })).toBe(100);
    expect(policy.delay(1000, { ...batch, inFlight: 1, urgent: true })).toBe(0);
  });

  it('waits while the bus takes nothing, but never more than 100 ms', () => {
    const policy = new SendPolicy();
    expect(policy.delay(1030, { ...batch, urgent: true, open: false })).toBe(70);
    expect(policy.delay(1100, { ...batch, open: false })).toBe(0);
    expect(policy.delay(5000, { ...batch, inFlight: 3 })).toBe(0);
  });

  it('rations what goes out ahead of time', () => {
    const policy = new SendPolicy();
    const send = (now: number) => {
      const delay = policy.delay(now, { ...batch, openedAt: now, urgent: true });
      if (delay === 0) policy.sentEarly();
      return delay === 0 ? 1 : 0;
    };
    let sent = 0;
    for (let now = 1000; now < 11_000; now++) sent += send(now);
    expect(sent).toBeGreaterThan(10 * PER_SECOND);
    expect(sent).toBeLessThanOrEqual(BURST + 10 * PER_SECOND);
    for (let i = 0; i < BURST; i++) policy.sentEarly();
    const wait = policy.delay(11_000, { ...batch, openedAt: 11_000 });
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(1000 / PER_SECOND);
  });
});

describe('WallClock', () => {
  it('holds its offset against small steps and follows large ones', () => {
    let wall = 1_000_000;
    const clock = new WallClock(() => wall);
    const first = clock.offset(1_000_000_000n);
    expect(first).toBe(999_000_000_000n);
    wall += 13;
    expect(clock.offset(1_010_000_000n)).toBe(first);
    wall += 3_600_000;
    expect(clock.offset(1_010_000_000n)).toBe(first + 3_600_000_000_000n + 3_000_000n);
  });
});
