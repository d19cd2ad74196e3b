import { constants, zstdCompressSync } from 'node:zlib';
import { compressLz4, lz4Bound } from '@picket/native';
import { type BatchHeader, Codec, encodeBatchHeader } from '@picket/sdk';

/** Below this a codec costs more than it saves. */
const LEAST = 512;

/** Level 1 with a longer least match: the repeats in a batch are whole fields, not single words. */
const ZSTD = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_minMatch]: 7 },
  // One piece for the whole result: the default of 16 KiB would be joined from many.
  chunkSize: 128 * 1024,
};

/**
 * Makes the message of a batch: header and packed records. The records are not kept: their buffer is free again.
 *
 * @param take gives the memory of the message, which may be kept long, in the spool
 *
 * lz4 is the length as a u32, then one LZ4 block, as lz4-napi and others read it. zstd is one frame.
 */
export function packBatch(
  header: Omit<BatchHeader, 'codec' | 'rawLength'>,
  records: Buffer,
  wanted: Codec,
  take: (length: number) => Buffer = Buffer.allocUnsafeSlow,
): Uint8Array {
  const { codec, packed } = pack(records, wanted);
  const head = encodeBatchHeader({ ...header, codec, rawLength: records.length });
  const message = take(head.length + packed.length);
  message.set(head, 0);
  message.set(packed, head.length);
  return message;
}

/** Where blocks are packed before they are copied out at their size; grows to the largest batch. */
let block = Buffer.alloc(0);

function packLz4(records: Buffer): Buffer {
  const most = 4 + lz4Bound(records.length);
  if (block.length < most) block = Buffer.allocUnsafeSlow(most);
  block.writeUInt32LE(records.length, 0);
  return block.subarray(0, 4 + compressLz4(records, block.subarray(4)));
}

function pack(records: Buffer, wanted: Codec): { codec: Codec; packed: Uint8Array } {
  const codec = records.length < LEAST ? Codec.none : wanted;
  const packed =
    codec === Codec.lz4 ? packLz4(records) : codec === Codec.zstd ? zstdCompressSync(records, ZSTD) : records;
  return packed.length < records.length ? { codec, packed } : { codec: Codec.none, packed: records };
}
