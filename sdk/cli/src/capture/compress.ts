import { constants, zstdCompressSync } from 'node:zlib';
import { type BatchHeader, Codec, encodeBatchHeader } from '@picket/sdk';

/** As small as is still quick: a capture is kept, a batch on the bus is not. */
const LEVEL = 3;

/** A batch with its records packed, by zstd at a level from 1 to 22. */
export function packBatch(
  header: Omit<BatchHeader, 'codec' | 'rawLength'>,
  records: Uint8Array,
  level = LEVEL,
): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const packed = zstdCompressSync(records, { params, chunkSize: 128 * 1024 });
  const smaller = packed.length < records.length;
  const codec = smaller ? Codec.zstd : Codec.none;
  const head = encodeBatchHeader({ ...header, codec, rawLength: records.length });
  const body = smaller ? packed : records;
  const out = new Uint8Array(head.length + body.length);
  out.set(head);
  out.set(body, head.length);
  return out;
}
