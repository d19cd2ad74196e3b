import { Kind, LossReason } from '@picket/sdk';
import { expect, test } from 'vitest';
import { LossWindow, lossBetween } from './loss-window.ts';
import { header } from './testing/events.ts';

const full = (count: number) => ({ kind: Kind.FileOpen, reason: LossReason.ringFull, count: BigInt(count) });
const at = (seconds: number) => BigInt(seconds) * 1_000_000_000n;
const lost = (window: LossWindow) => lossBetween(window.baseline(), window.totals);
const opens = (count: number) => [{ kind: 'file.open', reason: 'ring_full', count }];

test('tells the difference of the cumulative counts in the last minute, by name', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(10), losses: [] }));
  window.observe(header({ watermark: at(20), losses: [full(5)] }));
  window.observe(header({ watermark: at(30), losses: [full(12)] }));
  expect(lost(window)).toEqual(opens(12));
  window.observe(header({ watermark: at(82), losses: [full(12)] }));
  expect(lost(window)).toEqual(opens(7));
  window.observe(header({ watermark: at(200), losses: [full(12)] }));
  expect(lost(window)).toEqual([]);
});

test('does not blame a window for losses from before it was watched', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(10), firstSequence: 500n, losses: [full(1000)] }));
  expect(lost(window)).toEqual([]);
  window.observe(header({ watermark: at(11), firstSequence: 600n, losses: [full(1001)] }));
  expect(lost(window)).toEqual(opens(1));
});

test('counts from zero for an agent that starts, also after another run', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(10), losses: [full(4)] }));
  expect(lost(window)).toEqual(opens(4));
  window.observe(header({ watermark: at(20), agentEpoch: 8n, firstSequence: 90n, losses: [full(3)] }));
  expect(lost(window)).toEqual(opens(7));
});

test('does not count batches of an earlier run of the agent that come late', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(10), agentEpoch: 8n, losses: [] }));
  window.observe(header({ watermark: at(11), agentEpoch: 7n, losses: [full(50)] }));
  expect(lost(window)).toEqual([]);
});

test('keeps the age of what it knows across a boot, where the clock begins again', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(5000), losses: [full(4)] }));
  const rebooted = { bootId: new Uint8Array(16).fill(9), agentEpoch: 9n };
  window.observe(header({ watermark: at(3), ...rebooted, losses: [] }));
  expect(lost(window)).toEqual(opens(4));
  window.observe(header({ watermark: at(100), ...rebooted, losses: [] }));
  expect(lost(window)).toEqual([]);
});

test('takes a count that fell as no loss, and names kinds and reasons that it does not know', () => {
  const window = new LossWindow();
  window.observe(header({ watermark: at(1), losses: [full(9)] }));
  window.observe(header({ watermark: at(2), losses: [full(2), { kind: 999, reason: 77, count: 3n }] }));
  window.observe(header({ watermark: at(3), losses: [full(2), { kind: 0, reason: 5, count: 1n }] }));
  expect(lost(window)).toEqual([
    ...opens(9),
    { kind: 'kind_999', reason: 'reason_77', count: 3 },
    { kind: 'any', reason: 'spool_full', count: 1 },
  ]);
});

test('stays small under constant loss', () => {
  const window = new LossWindow();
  for (let i = 1; i <= 20_000; i++) window.observe(header({ watermark: BigInt(i) * 10_000_000n, losses: [full(i)] }));
  expect(window.snapshot().history.length).toBeLessThanOrEqual(63);
  // 60 s at 100 a second, and at most two buckets more.
  expect(lost(window)[0]?.count).toBeGreaterThanOrEqual(6000);
  expect(lost(window)[0]?.count).toBeLessThanOrEqual(6200);
});

test('goes on from a snapshot as if nothing had happened', () => {
  const whole = new LossWindow();
  let parted = new LossWindow();
  for (let i = 1; i <= 300; i++) {
    const next = header({ watermark: BigInt(i) * 700_000_000n, losses: [full(i * (i % 3))] });
    whole.observe(next);
    parted.observe(next);
    if (i % 7 === 0) parted = LossWindow.restore(JSON.parse(JSON.stringify(parted.snapshot())));
    expect(lost(parted)).toEqual(lost(whole));
    expect(parted.version).toBe(whole.version);
  }
});
