import { zstdDecompressSync } from 'node:zlib';
import { BatchError, type BatchHeader, Codec, decodeBatchHeader, messageOf } from '@picket/sdk';
import { uncompressSync } from 'lz4-napi';

/**
 * The header and the unpacked records of a batch. Takes no more memory than the header claims, which is bounded.
 * @throws BatchError when it can not be read
 */
export function unpackBatch(batch: Uint8Array): { header: BatchHeader; records: Uint8Array } {
  const { header, packed } = decodeBatchHeader(batch);
  let records: Uint8Array;
  try {
    records = unpack(packed, header.codec, header.rawLength);
  } catch (cause) {
    throw new BatchError('BATCH_CORRUPT', `the batch can not be unpacked: ${messageOf(cause)}`, { cause });
  }
  if (records.length === header.rawLength) return { header, records };
  throw new BatchError('BATCH_CORRUPT', `the batch unpacks to ${records.length} bytes, not to ${header.rawLength}`);
}

function unpack(packed: Uint8Array, codec: Codec, rawLength: number): Uint8Array {
  if (codec === Codec.none) return packed;
  if (codec === Codec.zstd) return zstdDecompressSync(packed, { maxOutputLength: Math.max(rawLength, 1) });
  // lz4-napi takes the memory that the u32 before the block asks for.
  const claimed = new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(0, true);
  if (claimed !== rawLength) throw new RangeError('block and header claim different lengths');
  return uncompressSync(packed);
}
