import { type BatchHeader, ContainerFlag, encodeRecord, type FieldValue, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { Partition } from './partition.ts';
import type { Batch } from './types.ts';

const RULES = `
- rule: secret read
  desc: test
  condition: evt.type in (open, openat) and fd.name startswith /secret/
  output: "%fd.name in %container.name of %container.image in %k8s.ns.name"
  priority: WARNING
`;
const SECOND = 1_000_000_000n;
const ID = 'c0ffee'.padEnd(64, '0');
const KNOWN = { id: ID, name: 'shop', image: 'registry.example/shop:1', pod_namespace: 'sales', pod_uid: 'u-1' };

const engine = new RuleEngine(loadRules([{ name: 'test.yaml', text: RULES }]));
const makePartition = () => new Partition(() => engine);

const record = (kind: number, time: number, body: Record<string, FieldValue>) =>
  encodeRecord(
    kind,
    { tgid: 7, start: 5, time: BigInt(time) * SECOND, slot: 1, generation: 1, cgroup: 900, syscall: 257, result: 3 },
    body,
  );
const started = record(Kind.ContainerStarted, 1, { id: ID, container_flags: ContainerFlag.partial });
const open = record(Kind.FileOpen, 2, { path: '/secret/a', count: 1 });
const stopped = record(Kind.ContainerStopped, 3, { id: ID });
const updated = record(Kind.ContainerUpdated, 4, KNOWN);

let sequence = 1n;
function batch(seconds: number, records: readonly Uint8Array[]): Batch {
  const bytes = Buffer.concat(records);
  const header: BatchHeader = {
    codec: 0,
    count: records.length,
    rawLength: bytes.length,
    firstSequence: sequence,
    agentEpoch: 1n,
    wallOffset: 0n,
    watermark: BigInt(seconds) * SECOND,
    bootId: new Uint8Array(16),
    node: 'node-1',
    losses: [],
  };
  sequence += BigInt(records.length);
  return { header, records: new Uint8Array(bytes), partition: 3, token: 'token', streamSequence: 1 };
}

it('tells an alert again when its container has become known, also after that has stopped', () => {
  const partition = makePartition();
  const [first, ...more] = partition.handle(batch(2, [started, open]));
  expect(more).toEqual([]);
  expect(first).toMatchObject({ revision: 1, output: '/secret/a in <NA> of <NA> in <NA>' });
  expect(partition.handle(batch(3, [stopped]))).toEqual([]);
  const after = partition.handle(batch(4, [updated]));
  expect(after).toHaveLength(1);
  expect(after[0]).toMatchObject({
    uuid: first?.uuid,
    revision: 2,
    output: '/secret/a in shop of registry.example/shop:1 in sales',
    output_fields: { 'container.name': 'shop', 'fd.name': '/secret/a' },
    container: { name: 'shop', image: 'registry.example/shop:1' },
    workload: { namespace: 'sales' },
    evidence: { metadata: 'complete' },
  });
  expect(partition.handle(batch(5, [updated]))).toEqual([]);
});

it('does so behind a checkpoint with the same result', () => {
  const [before, after] = [makePartition(), makePartition()];
  before.handle(batch(2, [started, open]));
  after.restore(before.snapshot());
  const next = batch(4, [updated]);
  const told = before.handle(next);
  expect(told).toHaveLength(1);
  expect(after.handle(next)).toEqual(told);
});

it('counts an alert whose container never became known', () => {
  const partition = makePartition();
  partition.handle(batch(2, [started, open]));
  partition.handle(batch(200, [stopped]));
  expect(partition.counts.unnamed).toBe(1);
});
