import { constants, zstdCompressSync } from 'node:zlib';
import { type BatchHeader, Codec, encodeBatchHeader } from '@picket/sdk';

const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 }, chunkSize: 128 * 1024 };

/** A batch with its records packed as small as is still quick: a capture is kept, a batch on the bus is not. */
export function packBatch(header: Omit<BatchHeader, 'codec' | 'rawLength'>, records: Uint8Array): Uint8Array {
  const packed = zstdCompressSync(records, ZSTD);
  const smaller = packed.length < records.length;
  const codec = smaller ? Codec.zstd : Codec.none;
  const head = encodeBatchHeader({ ...header, codec, rawLength: records.length });
  const body = smaller ? packed : records;
  const out = new Uint8Array(head.length + body.length);
  out.set(head);
  out.set(body, head.length);
  return out;
}
