import { zstdCompressSync } from 'node:zlib';
import { Codec, decodeBatchHeader, encodeRecord, HeaderFlag, Kind, nodeToken, partitionOf } from '@picket/sdk';
import { compressSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { DictionaryWatch } from './dictionary.ts';
import { Rewriter } from './rewrite.ts';
import { testBatch } from './test-batch.ts';
import { unpackBatch } from './unpack.ts';

const open = (slot: number) =>
  encodeRecord(Kind.FileOpen, { slot, generation: 1 }, { path: `/etc/${'x'.repeat(200)}` });
const started = (slot: number, flags = 0) =>
  encodeRecord(Kind.ContainerStarted, { slot, generation: 1, flags }, { id: `c${slot}` });

describe('unpackBatch', () => {
  const records = Buffer.concat([open(1), open(2)]);
  const packed = (codec: Codec, body: Uint8Array, rawLength = records.length) =>
    new Uint8Array(Buffer.concat([testBatch([], { codec, rawLength, count: 2 }), body]));

  it('unpacks every codec', () => {
    expect(Buffer.from(unpackBatch(packed(Codec.none, records)).records).equals(records)).toBe(true);
    expect(Buffer.from(unpackBatch(packed(Codec.lz4, compressSync(records))).records).equals(records)).toBe(true);
    expect(Buffer.from(unpackBatch(packed(Codec.zstd, zstdCompressSync(records))).records).equals(records)).toBe(true);
  });

  it('refuses what is damaged, or unpacks to something else than it claims', () => {
    const bomb = zstdCompressSync(Buffer.alloc(4_000_000));
    const lies = compressSync(records);
    lies.writeUInt32LE(0x7fffffff, 0);
    for (const bytes of [
      packed(Codec.lz4, Buffer.from('nonsense')),
      packed(Codec.lz4, Buffer.alloc(2)),
      packed(Codec.lz4, lies),
      packed(Codec.zstd, Buffer.from('nonsense')),
      packed(Codec.zstd, bomb),
      packed(Codec.none, records, records.length + 8),
    ])
      expect(() => unpackBatch(bytes)).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT' }));
  });
});

describe('DictionaryWatch', () => {
  it('is content when containers are described first and a snapshot came', () => {
    const watch = new DictionaryWatch();
    watch.add(testBatch([started(1, HeaderFlag.snapshot), open(1), open(0)]));
    expect(watch.report()).toEqual(['2 events of 1 container on 1 node']);
  });

  it('counts events before their description, by agent run and generation', () => {
    const watch = new DictionaryWatch();
    watch.add(testBatch([open(1), open(2), started(1), open(1)]));
    watch.add(testBatch([open(1)], { agentEpoch: 2000n }));
    expect(watch.report()[1]).toMatch(/^3 events of 3 containers came before/);
    expect(watch.report()[2]).toMatch(/^no snapshot came from node-1:/);
  });

  it('counts what it can not read', () => {
    const watch = new DictionaryWatch();
    watch.add(new Uint8Array(10));
    watch.add(testBatch([new Uint8Array(64)]));
    expect(watch.report()[1]).toBe('2 batches could not be read; kept as they came');
  });
});

describe('Rewriter', () => {
  const message = (header: Parameters<typeof testBatch>[1]) => ({
    subject: 'picket.events.1.x',
    time: 0,
    batch: testBatch([open(1)], header),
  });

  it('changes the epoch and the name of the node and nothing else, the same for one run, growing with runs', async () => {
    const rewriter = new Rewriter(9_000_000);
    const of = async (header: Parameters<typeof testBatch>[1]) =>
      decodeBatchHeader((await rewriter.rewrite(message(header))).batch).header;
    const first = await of({});
    expect(first).toEqual({
      ...decodeBatchHeader(message({}).batch).header,
      node: 'node-1-replay',
      agentEpoch: 9_000_000n,
    });
    expect((await of({ firstSequence: 50n })).agentEpoch).toBe(9_000_000n);
    expect((await of({ agentEpoch: 2000n })).agentEpoch).toBe(9_000_001n);
    expect((await of({ node: 'node-2' })).agentEpoch).toBe(9_000_002n);
    expect((await of({})).agentEpoch).toBe(9_000_000n);
  });

  it('keeps the records, and names the subject after the node', async () => {
    const { subject, id, batch } = await new Rewriter(1).rewrite(message({ firstSequence: 9n }));
    const token = await nodeToken('node-1-replay');
    expect(subject).toBe(`picket.events.${partitionOf(token)}.${token}`);
    expect(id).toBe(`${token}.1.9`);
    expect(unpackBatch(batch).records).toEqual(new Uint8Array(open(1)));
  });

  it('can give another name to the node', async () => {
    const { subject, batch } = await new Rewriter(1, 'exercise').rewrite(message({}));
    expect(decodeBatchHeader(batch).header.node).toBe('exercise');
    expect(subject).toContain(await nodeToken('exercise'));
  });

  it('refuses what is no batch', async () => {
    const bad = { subject: 'x', time: 0, batch: new Uint8Array(100) };
    await expect(new Rewriter(1).rewrite(bad)).rejects.toMatchObject({ code: 'BATCH_BAD_MAGIC' });
  });
});
