import { constants, zstdCompressSync } from 'node:zlib';
import { type BatchHeader, Codec, encodeBatchHeader } from '@picket/sdk';
import { compressSync } from 'lz4-napi';

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
 * lz4 is what lz4-napi writes: the length as a u32, then one LZ4 block. zstd is one frame. Measured on batches of
 * 256 KiB of file.open records of 160 bytes: lz4 74 ns a record at 5.4 to 1, zstd 135 ns at 9.4 to 1.
 */
export function packBatch(
  header: Omit<BatchHeader, 'codec' | 'rawLength'>,
  records: Buffer,
  wanted: Codec,
): Uint8Array {
  const { codec, packed } = pack(records, wanted);
  const head = encodeBatchHeader({ ...header, codec, rawLength: records.length });
  // Exactly as long as it is: the codecs give buffers with far more memory behind them, and this one may be kept long.
  const message = Buffer.allocUnsafeSlow(head.length + packed.length);
  message.set(head, 0);
  message.set(packed, head.length);
  return message;
}

function pack(records: Buffer, wanted: Codec): { codec: Codec; packed: Uint8Array } {
  const codec = records.length < LEAST ? Codec.none : wanted;
  const packed =
    codec === Codec.lz4 ? compressSync(records) : codec === Codec.zstd ? zstdCompressSync(records, ZSTD) : records;
  return packed.length < records.length ? { codec, packed } : { codec: Codec.none, packed: records };
}
