import { Codec, decodeBatchHeader, encodeRecord, HeaderFlag, Kind, LossReason } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from '../identity.ts';
import type { OutgoingBatch } from '../sink/spool.ts';
import { describeAll } from '../testing/collect.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { unpack } from '../testing/unpack.ts';
import { BATCH_BYTES } from './batch-buffer.ts';
import { Batcher } from './batcher.ts';
import { Redactor } from './finish/redact/redactor.ts';
import { LossLedger } from './loss.ts';
import { MessagePool } from './message-pool.ts';

const identity = await makeIdentity('test-node', 1000);
const open = (path: string) => encodeRecord(Kind.FileOpen, { tgid: 5, cgroup: 9n }, { path });
const exec = encodeRecord(Kind.ProcessExec, { tgid: 5 }, { comm: 'sh' });

const redactor = new Redactor({ defaults: true, patterns: [] });

function batcher(codec: Codec = Codec.lz4) {
  const source = new FakeSource();
  const losses = new LossLedger(source, 0n);
  const out: OutgoingBatch[] = [];
  const made = new Batcher({
    source,
    identity,
    codec,
    losses,
    redactor,
    pool: new MessagePool(),
    offer: (batch) => void out.push(batch),
  });
  return { source, losses, out, batcher: made };
}

describe('Batcher', () => {
  it.each([Codec.none, Codec.lz4, Codec.zstd])('makes a message that reads back, codec %d', (codec) => {
    const { source, out, batcher: it_ } = batcher(codec);
    source.time = 5_000_000_000n;
    source.emit(exec, ...Array.from({ length: 100 }, (_, i) => open(`/etc/file-${i}`)));
    expect(it_.drain()).toBe('empty');
    it_.seal();
    const { header, records } = unpack(out[0]?.message);
    expect(header).toMatchObject({ count: 101, codec, node: 'test-node', firstSequence: 1n, agentEpoch: 1000n });
    expect(header.watermark).toBe(4_999_000_000n);
    expect(Buffer.from(header.bootId)).toEqual(Buffer.from(identity.bootId));
    expect(BigInt(Date.now()) * 1_000_000n - (header.wallOffset + 5_000_000_000n)).toBeLessThan(5_000_000_000n);
    const all = describeAll(records);
    expect(all.map((record) => record.sequence)).toEqual(all.map((_, i) => String(i + 1)));
    expect(all.at(-1)).toMatchObject({ kind: 'file.open', path: '/etc/file-99' });
    expect(out[0]?.id).toBe(`${identity.token}.1000.1`);
    expect(out[0]?.kinds[Kind.FileOpen]).toBe(100);
  });

  it('does not pack what would only grow', () => {
    const { source, out, batcher: it_ } = batcher();
    source.emit(exec);
    it_.drain();
    it_.seal();
    expect(unpack(out[0]?.message).header.codec).toBe(Codec.none);
  });

  it('seals a batch that is full and goes on in the next', () => {
    const { source, out, batcher: it_ } = batcher();
    const record = open('/x'.repeat(1000));
    const total = Math.floor((BATCH_BYTES / record.length) * 3.5);
    source.emit(...Array.from({ length: total }, () => record));
    expect([it_.drain(), it_.drain(), it_.drain(), it_.drain()]).toEqual(['more', 'more', 'more', 'empty']);
    it_.seal();
    const counts = out.map((batch) => unpack(batch.message).header);
    expect(counts.reduce((sum, header) => sum + header.count, 0)).toBe(total);
    expect(counts.every((header) => header.rawLength <= BATCH_BYTES)).toBe(true);
    expect(counts[1]?.firstSequence).toBe(BigInt((counts[0]?.count ?? 0) + 1));
  });

  it('keeps the watermark until the source is empty again', () => {
    const { source, out, batcher: it_ } = batcher();
    source.time = 10_000_000n;
    it_.drain();
    source.time = 20_000_000n;
    source.emit(...Array.from({ length: 2 * Math.ceil(BATCH_BYTES / exec.length) }, () => exec));
    it_.drain();
    expect(decodeBatchHeader(out[0]?.message ?? new Uint8Array()).header.watermark).toBe(9_000_000n);
  });

  it('puts a record of the agent behind the barrier that it answers', () => {
    const { source, out, batcher: it_ } = batcher();
    const created = encodeRecord(Kind.CgroupCreated, { cgroup: 7n }, { parent: 3n, path: '/box', comm: 'runc' });
    source.emit(exec, created, exec);
    expect(it_.drain()).toEqual({
      kind: 'created',
      cgroup: 7n,
      parent: 3n,
      path: '/box',
      truncated: false,
      comm: 'runc',
    });
    it_.append(encodeRecord(Kind.ContainerStarted, { cgroup: 7n }, { id: 'box' }));
    expect(it_.drain()).toBe('empty');
    it_.seal();
    const all = describeAll(unpack(out[0]?.message).records);
    expect(all.map((record) => record.kind)).toEqual([
      'process.exec',
      'cgroup.created',
      'container.started',
      'process.exec',
    ]);
    expect(all.map((record) => record.sequence)).toEqual(['1', '2', '3', '4']);
  });

  it('makes room for a record of the agent that does not fit', () => {
    const { source, out, batcher: it_ } = batcher();
    const long = encodeRecord(Kind.ContainerStarted, {}, { cni: 'x'.repeat(60_000) });
    for (let i = 0; i < 5; i++) it_.append(long);
    it_.seal();
    expect(out.map((batch) => unpack(batch.message).header.count)).toEqual([4, 1]);
    expect(source.takeSequences(0)).toBe(6n);
  });

  it('takes secrets out of what it drains and of what the agent itself says', () => {
    const { source, out, batcher: it_ } = batcher();
    const args = ['mysql', '-pab', '--token', 'x', '-e', 'select 1'];
    const record = encodeRecord(Kind.ProcessExec, {}, { args, comm: 'mysql' });
    const before = Buffer.from(record);
    it_.append(record);
    source.emit(encodeRecord(Kind.ProcessExec, {}, { args: ['x', `--password=${'long'.repeat(9)}`] }), exec);
    it_.drain();
    it_.seal();
    const all = describeAll(unpack(out[0]?.message).records);
    expect(all.map((each) => each.args)).toEqual([
      ['mysql', '-p[redacted]', '--token', '[redacted]', '-e', 'select 1'],
      ['x', '--password=[redacted]'],
      [],
    ]);
    expect(all.map((each) => each.flags)).toEqual([HeaderFlag.redacted, HeaderFlag.redacted, 0]);
    expect(it_.finisher.stats.redacted).toBe(2);
    expect(before.equals(record)).toBe(true);
  });

  it('says which batches should not wait', () => {
    const { source, batcher: it_ } = batcher();
    source.emit(open('/a'));
    it_.drain();
    expect([it_.count, it_.urgent]).toEqual([1, false]);
    source.emit(exec);
    it_.drain();
    expect([it_.count, it_.urgent]).toEqual([2, true]);
    it_.seal();
    expect([it_.count, it_.urgent]).toEqual([0, false]);
    it_.append(encodeRecord(Kind.WindowSyscalls, {}, {}));
    expect(it_.urgent).toBe(false);
    it_.append(encodeRecord(Kind.SensorLoss, {}, {}));
    expect(it_.urgent).toBe(true);
  });

  it('counts malformed records and carries all losses in the header', () => {
    const { source, losses, out, batcher: it_ } = batcher();
    source.malformed = 3;
    source.emit(exec);
    it_.drain();
    losses.addBatch(Uint32Array.of(0, 2, 0));
    it_.seal();
    expect(unpack(out[0]?.message).header.losses).toEqual([
      { kind: 0, reason: LossReason.malformed, count: 3n },
      { kind: 1, reason: LossReason.spoolFull, count: 2n },
    ]);
  });
});
