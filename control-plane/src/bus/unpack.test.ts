import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import { BatchError, Codec, describeRecord, EventCursor, encodeBatchHeader, encodeRecord, Kind } from '@picket/sdk';
import { compressSync } from 'lz4-napi';
import { expect, test } from 'vitest';
import { unpackBatch } from './unpack.ts';

const SUBJECT = 'picket.events.7.abcdefghijklmnop';
const COUNT = 200;
const records = Buffer.concat(
  Array.from({ length: COUNT }, (_, i) =>
    encodeRecord(
      Kind.FileOpen,
      { sequence: i + 1, tgid: 100 + (i % 7) },
      { path: `/etc/app/${i % 13}.conf`, inode: i },
    ),
  ),
);

function batch(codec: Codec, packed: Uint8Array, rawLength = records.length, count = COUNT): Buffer {
  const header = encodeBatchHeader({
    codec,
    count,
    rawLength,
    firstSequence: 1n,
    agentEpoch: 1_700_000_000_000n,
    wallOffset: 0n,
    watermark: 99n,
    bootId: new Uint8Array(16).fill(3),
    node: 'node-a',
    losses: [{ kind: Kind.FileOpen, reason: 1, count: 5n }],
  });
  return Buffer.concat([header, packed]);
}

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof BatchError ? error.code : `not a BatchError: ${error}`;
  }
  return 'no error';
};

const packings: [string, Codec, Uint8Array][] = [
  ['none', Codec.none, records],
  ['lz4', Codec.lz4, compressSync(records)],
  ['zstd', Codec.zstd, zstdCompressSync(records, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })],
];

test.each(packings)('%s: the records come back, aligned for the cursor', (_name, codec, packed) => {
  const message = Buffer.concat([Buffer.alloc(3), batch(codec, packed)]).subarray(3); // as it lies in a socket buffer
  const read = unpackBatch(message, SUBJECT, 42);
  expect(read).toMatchObject({ partition: 7, token: 'abcdefghijklmnop', streamSequence: 42 });
  expect(read.header).toMatchObject({ count: COUNT, node: 'node-a', losses: [{ count: 5n }] });
  expect(read.records.byteOffset % 8).toBe(0);
  expect(Buffer.compare(read.records, records)).toBe(0);
  const cursor = new EventCursor().open(read.records);
  let seen = 0;
  while (cursor.next()) seen++;
  expect([seen, cursor.malformed]).toEqual([COUNT, false]);
  cursor.seek(0, 0);
  expect(describeRecord(cursor)).toMatchObject({ kind: 'file.open', path: '/etc/app/0.conf' });
});

test('an empty batch is a batch', () => {
  for (const codec of [Codec.none, Codec.lz4, Codec.zstd])
    expect(unpackBatch(batch(codec, new Uint8Array(0), 0, 0), SUBJECT, 1).records).toHaveLength(0);
});

test.each(packings)('%s: a batch that claims another size is refused', (_name, codec, packed) => {
  for (const claim of [records.length - 8, records.length + 8, 8 * 1024 * 1024])
    expect(codeOf(() => unpackBatch(batch(codec, packed, claim), SUBJECT, 1))).toBe('BATCH_CORRUPT');
});

test.each(packings)('%s: a batch cut short or bent is refused or unpacks to its size', (_name, codec, packed) => {
  const whole = batch(codec, packed);
  for (let end = 0; end < whole.length; end += 97)
    expect(codeOf(() => unpackBatch(whole.subarray(0, end), SUBJECT, 1))).toMatch(/^BATCH_(CORRUPT|TOO_SHORT)$/);
  for (let at = whole.length - packed.length; at < whole.length; at += 31) {
    const bent = Buffer.from(whole);
    bent.writeUInt8(bent.readUInt8(at) ^ 0xff, at);
    expect(codeOf(() => unpackBatch(bent, SUBJECT, 1))).toMatch(/^(BATCH_CORRUPT|no error)$/);
  }
});

test('a small message that unpacks to a lot costs no more than it claims', () => {
  const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
  expect(codeOf(() => unpackBatch(batch(Codec.zstd, bomb), SUBJECT, 1))).toBe('BATCH_CORRUPT');
  const lz4Bomb = Buffer.from(compressSync(Buffer.alloc(16)));
  lz4Bomb.writeUInt32LE(0xffffffff, 0);
  expect(codeOf(() => unpackBatch(batch(Codec.lz4, lz4Bomb), SUBJECT, 1))).toBe('BATCH_CORRUPT');
});

/** A frame whose size is not known at its beginning keeps the window it was made with. */
async function streamedFrame(windowLog: number): Promise<Buffer> {
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: windowLog } });
  stream.write(records.subarray(0, 100));
  stream.end(records.subarray(100));
  return Buffer.concat(await stream.toArray());
}

test('a zstd frame with a window above the largest batch is refused', async () => {
  const codes = [await streamedFrame(20), await streamedFrame(27)].map((frame) =>
    codeOf(() => unpackBatch(batch(Codec.zstd, frame), SUBJECT, 1)),
  );
  expect(codes).toEqual(['no error', 'BATCH_CORRUPT']);
});

test('a subject that names no partition and node is refused', () => {
  for (const subject of [
    '',
    'picket.events',
    'picket.events.x.token',
    'picket.events.7',
    'picket.events.7.a.b',
    'picket.events..a',
  ])
    expect(codeOf(() => unpackBatch(batch(Codec.none, records), subject, 1))).toBe('BATCH_CORRUPT');
});
