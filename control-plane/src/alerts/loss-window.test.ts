import { type BatchHeader, encodeRecord, Kind, LossReason } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import { LossWindow, lossBetween } from './loss-window.ts';
import { header } from './testing/events.ts';

const record = (slot: number, count: number, reason: number = LossReason.throttled, generation = slot ? 1 : 0) =>
  encodeRecord(Kind.SensorLoss, { slot, generation }, { lost_kind: Kind.FileOpen, reason, count });
const batch = (overrides: Partial<BatchHeader>, ...records: Uint8Array[]) => ({
  header: header(overrides),
  records: new Uint8Array(Buffer.concat(records)),
});

const full = (count: number) => ({ kind: Kind.FileOpen, reason: LossReason.ringFull, count: BigInt(count) });
const at = (seconds: number) => BigInt(seconds) * 1_000_000_000n;
const lost = (window: LossWindow, owner?: string) => lossBetween(window.baseline(), window.totals, owner);
const throttled = (count: number) => ({ kind: Kind.FileOpen, reason: LossReason.throttled, count: BigInt(count) });
const heldBack = (count: number) => [{ kind: 'file.open', reason: 'throttled', count }];
const opens = (count: number) => [{ kind: 'file.open', reason: 'ring_full', count }];

test('tells the difference of the cumulative counts in the last minute, by name', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(10), losses: [] }));
  window.observe(batch({ watermark: at(20), losses: [full(5)] }));
  window.observe(batch({ watermark: at(30), losses: [full(12)] }));
  expect(lost(window)).toEqual(opens(12));
  window.observe(batch({ watermark: at(82), losses: [full(12)] }));
  expect(lost(window)).toEqual(opens(7));
  window.observe(batch({ watermark: at(200), losses: [full(12)] }));
  expect(lost(window)).toEqual([]);
});

test('does not blame a window for losses from before it was watched', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(10), firstSequence: 500n, losses: [full(1000)] }));
  expect(lost(window)).toEqual([]);
  window.observe(batch({ watermark: at(11), firstSequence: 600n, losses: [full(1001)] }));
  expect(lost(window)).toEqual(opens(1));
});

test('counts from zero for an agent that starts, also after another run', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(10), losses: [full(4)] }));
  expect(lost(window)).toEqual(opens(4));
  window.observe(batch({ watermark: at(20), agentEpoch: 8n, firstSequence: 90n, losses: [full(3)] }));
  expect(lost(window)).toEqual(opens(7));
});

test('does not count batches of an earlier run of the agent that come late', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(10), agentEpoch: 8n, losses: [] }));
  window.observe(batch({ watermark: at(11), agentEpoch: 7n, losses: [full(50)] }));
  expect(lost(window)).toEqual([]);
});

test('keeps the age of what it knows across a boot, where the clock begins again', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(5000), losses: [full(4)] }));
  const rebooted = { bootId: new Uint8Array(16).fill(9), agentEpoch: 9n };
  window.observe(batch({ watermark: at(3), ...rebooted, losses: [] }));
  expect(lost(window)).toEqual(opens(4));
  window.observe(batch({ watermark: at(100), ...rebooted, losses: [] }));
  expect(lost(window)).toEqual([]);
});

test('takes a count that fell as no loss, and names kinds and reasons that it does not know', () => {
  const window = new LossWindow();
  window.observe(batch({ watermark: at(1), losses: [full(9)] }));
  window.observe(batch({ watermark: at(2), losses: [full(2), { kind: 999, reason: 77, count: 3n }] }));
  window.observe(batch({ watermark: at(3), losses: [full(2), { kind: 0, reason: 5, count: 1n }] }));
  expect(lost(window)).toEqual([
    ...opens(9),
    { kind: 'kind_999', reason: 'reason_77', count: 3 },
    { kind: 'any', reason: 'spool_full', count: 1 },
  ]);
});

test('stays small under constant loss', () => {
  const window = new LossWindow();
  for (let i = 1; i <= 20_000; i++) window.observe(batch({ watermark: BigInt(i) * 10_000_000n, losses: [full(i)] }));
  expect(window.snapshot().history.length).toBeLessThanOrEqual(63);
  // 60 s at 100 a second, and at most two buckets more.
  expect(lost(window)[0]?.count).toBeGreaterThanOrEqual(6000);
  expect(lost(window)[0]?.count).toBeLessThanOrEqual(6200);
});

test('goes on from a snapshot as if nothing had happened', () => {
  const whole = new LossWindow();
  let parted = new LossWindow();
  for (let i = 1; i <= 300; i++) {
    const next = batch({ watermark: BigInt(i) * 700_000_000n, losses: [full(i * (i % 3))] });
    whole.observe(next);
    parted.observe(next);
    if (i % 7 === 0) parted = LossWindow.restore(JSON.parse(JSON.stringify(parted.snapshot())));
    expect(lost(parted)).toEqual(lost(whole));
    expect(parted.version).toBe(whole.version);
  }
});

test('what was counted in another record is not lost', () => {
  const window = new LossWindow();
  const suppressed = { kind: Kind.FileOpen, reason: LossReason.suppressed, count: 900n };
  window.observe(batch({ watermark: at(1), losses: [suppressed] }, record(3, 900, LossReason.suppressed)));
  expect(lost(window)).toEqual([]);
  expect(window.version).toBe(0);
});

describe('a loss of one container', () => {
  test('concerns nobody else, and the rest concerns all', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), losses: [throttled(100)] }, record(3, 60), record(4, 30), record(0, 10)));
    expect(lost(window, '3.1')).toEqual(heldBack(70));
    expect(lost(window, '4.1')).toEqual(heldBack(40));
    expect(lost(window, '5.1')).toEqual(heldBack(10));
    expect(lost(window, 'host')).toEqual(heldBack(10));
    expect(lost(window)).toEqual(heldBack(100));
  });

  test('is not one of the next container in the slot, nor of one whose slot begins alike', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), losses: [throttled(5)] }, record(3, 5)));
    for (const other of ['3.2', '3.11', '31.1']) expect(lost(window, other)).toEqual([]);
  });

  test('is left behind by the window like any other', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), losses: [throttled(5)] }, record(3, 5)));
    window.observe(batch({ watermark: at(50), losses: [throttled(7)] }, record(3, 2)));
    expect(lost(window, '3.1')).toEqual(heldBack(7));
    window.observe(batch({ watermark: at(80), losses: [throttled(7)] }));
    expect(lost(window, '3.1')).toEqual(heldBack(2));
    window.observe(batch({ watermark: at(400), losses: [throttled(7)] }));
    window.observe(batch({ watermark: at(401), losses: [throttled(10)] }, record(3, 3)));
    expect(lost(window, '3.1')).toEqual(heldBack(3));
  });

  test('counts for all when its record comes a batch late, and takes nothing of what others lost then', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), losses: [throttled(100)] }));
    expect(lost(window, '5.1')).toEqual(heldBack(100));
    window.observe(batch({ watermark: at(2), losses: [throttled(107)] }, record(3, 100), record(0, 7)));
    expect(lost(window, '5.1')).toEqual(heldBack(107));
  });

  test('counts for all when nothing says whose it was', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), losses: [throttled(100)] }));
    window.observe(batch({ watermark: at(20), losses: [throttled(110)] }, record(3, 10)));
    expect(lost(window, '5.1')).toEqual(heldBack(100));
    expect(lost(window, '3.1')).toEqual(heldBack(110));
  });

  test('can not take away what the header does not count', () => {
    const window = new LossWindow();
    window.observe(batch({ watermark: at(1), firstSequence: 500n, losses: [throttled(100)] }, record(3, 50)));
    expect(lost(window)).toEqual([]);
    window.observe(batch({ watermark: at(2), firstSequence: 501n, losses: [throttled(104)] }, record(3, 1_000_000)));
    expect(lost(window)).toEqual(heldBack(4));
  });

  test('is remembered by a snapshot, and forgotten when it is long past', () => {
    let window = new LossWindow();
    for (let i = 1; i <= 500; i++) {
      window.observe(batch({ watermark: at(i), losses: [throttled(i * 2)] }, record(i, 1), record(0, 1)));
      if (i % 50 === 0) window = LossWindow.restore(JSON.parse(JSON.stringify(window.snapshot())));
      expect(lost(window, `${i}.1`)[0]?.count).toBe((lost(window, 'host')[0]?.count as number) + 1);
    }
    expect(window.totals.size).toBeLessThan(250);
  });
});
