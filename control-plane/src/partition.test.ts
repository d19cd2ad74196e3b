import { type BatchHeader, encodeRecord, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { Partition } from './partition.ts';
import type { Batch } from './types.ts';

const RULES = `
- rule: secret read
  desc: test
  condition: evt.type in (open, openat) and fd.name startswith /secret/
  output: "%fd.name by %proc.name"
  priority: WARNING
`;
const OPENAT = 257;
const SECOND = 1_000_000_000n;

const engine = new RuleEngine(loadRules([{ name: 'test.yaml', text: RULES }]));
const makePartition = () => new Partition(() => engine);

const open = (path: string, time = SECOND) =>
  encodeRecord(
    Kind.FileOpen,
    { tgid: 7, start: 5, time, slot: 1, generation: 1, syscall: OPENAT, result: 3 },
    { path, count: 1 },
  );
const exec = encodeRecord(
  Kind.ProcessExec,
  { tgid: 7, start: 5, time: 6, slot: 1, generation: 1, syscall: 59 },
  { path: '/bin/cat', args: ['cat'], comm: 'cat' },
);

function batch(records: readonly Uint8Array[], header: Partial<BatchHeader> = {}): Batch {
  const bytes = Buffer.concat(records);
  return {
    header: {
      codec: 0,
      count: records.length,
      rawLength: bytes.length,
      firstSequence: 1n,
      agentEpoch: 1n,
      wallOffset: 0n,
      watermark: SECOND,
      bootId: new Uint8Array(16),
      node: 'node-1',
      losses: [],
      ...header,
    },
    records: new Uint8Array(bytes),
    partition: 3,
    token: 'token',
    streamSequence: 1,
  };
}

it('makes alerts with what it knows of the process', () => {
  const alerts = makePartition().handle(batch([exec, open('/secret/a'), open('/public')]));
  expect(alerts.map((alert) => alert.output)).toEqual(['/secret/a by cat']);
});

it('applies a batch once, in each run of the agent', () => {
  const partition = makePartition();
  expect(partition.handle(batch([open('/secret/a')]))).toHaveLength(1);
  expect(partition.handle(batch([open('/secret/b')]))).toHaveLength(0);
  expect(partition.counts.duplicates).toBe(1);
  expect(partition.handle(batch([open('/secret/c')], { agentEpoch: 2n }))).toHaveLength(1);
  expect(partition.handle(batch([open('/secret/d')], { agentEpoch: 1n }))).toHaveLength(0);
});

it('takes a run whose epoch is smaller, as after a clock was set back', () => {
  const partition = makePartition();
  partition.handle(batch([open('/a')], { agentEpoch: 2000n }));
  expect(partition.handle(batch([open('/secret/a')], { agentEpoch: 1000n }))).toHaveLength(1);
});

it('tells in alerts what never came', () => {
  const partition = makePartition();
  partition.handle(batch([open('/a')]));
  const [alert] = partition.handle(batch([open('/secret/a')], { firstSequence: 5n, watermark: 2n * SECOND }));
  expect(alert?.evidence.lost).toEqual([{ kind: 'any', reason: 'bus_limit', count: 3 }]);
  partition.handle(batch([open('/b')], { agentEpoch: 2n, firstSequence: 11n }));
  expect(partition.counts.missing).toBe(13);
});

it('counts records whose numbers never came', () => {
  const partition = makePartition();
  partition.handle(batch([open('/a')], { firstSequence: 5n }));
  expect(partition.counts.missing).toBe(0);
  partition.handle(batch([open('/b')], { firstSequence: 9n }));
  expect(partition.counts.missing).toBe(3);
});

it.each([
  ['a length that can not be true', () => batch([open('/secret/a'), new Uint8Array(64)])],
  ['another number of records', () => batch([open('/secret/a')], { count: 2 })],
])('refuses a batch with %s and applies nothing of it', (_, make) => {
  const partition = makePartition();
  expect(() => partition.handle(make())).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT' }));
  expect(partition.counts.kinds[Kind.FileOpen]).toBe(0);
  expect(partition.handle(batch([open('/secret/a')]))).toHaveLength(1);
});

it('goes on from a snapshot as if nothing had happened', () => {
  const [before, after] = [makePartition(), makePartition()];
  before.handle(batch([exec]));
  after.restore(before.snapshot());
  const next = batch([open('/secret/a')], { firstSequence: 2n });
  const [one, two] = [before.handle(next), after.handle(next)];
  expect(two).toEqual(one);
  expect(two[0]?.process?.name).toBe('cat');
  expect(after.handle(next)).toHaveLength(0);
});

it('refuses a snapshot that can not be read', () => {
  const good = makePartition().snapshot();
  for (const bytes of [new Uint8Array(3), good.subarray(0, good.length - 1)]) {
    expect(() => makePartition().restore(bytes)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
  }
});
