import { EventCursor, encodeRecord, Header, HeaderFlag, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { Beginning } from './beginning.ts';
import { packBatch } from './compress.ts';
import { testBatch } from './test-batch.ts';
import { unpackBatch } from './unpack.ts';

function numbered(record: Uint8Array, sequence: number): Uint8Array {
  new DataView(record.buffer, record.byteOffset).setBigUint64(Header.sequence, BigInt(sequence), true);
  return record;
}
const open = (n: number) => numbered(encodeRecord(Kind.FileOpen, { slot: 1 }, { path: `/f/${n}` }), n);
const started = (n: number, flags: number = HeaderFlag.snapshot) =>
  numbered(encodeRecord(Kind.ContainerStarted, { slot: 1, flags }, { id: `c${n}` }), n);
const batch = (...records: Uint8Array[]) => unpackBatch(testBatch(records, { firstSequence: 1n }));

function sequences(records: Uint8Array): number[] {
  const cursor = new EventCursor().open(records);
  const all: number[] = [];
  while (cursor.next()) all.push(cursor.sequence);
  return all;
}

it('begins in the middle of a batch, with the first container of a snapshot', () => {
  const begun: string[] = [];
  const beginning = new Beginning(['n'], (token) => void begun.push(token));
  expect(beginning.take('n', batch(open(1), started(2, 0)))).toBeUndefined();
  const kept = beginning.take('n', batch(open(1), open(2), started(3), started(4), open(5)));
  expect(kept && sequences(kept.records)).toEqual([3, 4, 5]);
  expect(kept?.header).toMatchObject({ count: 3, firstSequence: 3n });
  expect(begun).toEqual(['n']);
  const next = batch(open(6));
  expect(beginning.take('n', next)).toBe(next);
});

it('gives a batch that can be read again', () => {
  const kept = new Beginning(undefined).take('n', batch(open(1), started(2), open(3)));
  if (!kept) throw new Error('nothing was kept');
  const again = unpackBatch(packBatch(kept.header, kept.records));
  expect(sequences(again.records)).toEqual([2, 3]);
  expect(again.header).toMatchObject({ count: 2, firstSequence: 2n, node: 'node-1', agentEpoch: 1000n });
});

it('takes nodes that it does not wait for as they are, and all once it is told to', () => {
  const some = new Beginning(['n']);
  expect(some.take('other', batch(open(1)))).toBeDefined();
  expect(some.take('n', batch(open(1)))).toBeUndefined();
  some.begin('n');
  expect(some.take('n', batch(open(2)))).toBeDefined();
  const all = new Beginning(undefined);
  expect(all.take('other', batch(open(1)))).toBeUndefined();
  all.begin();
  expect(all.take('other', batch(open(2)))).toBeDefined();
});
