import { zstdDecompressSync } from 'node:zlib';
import { type BatchHeader, Codec, decodeBatchHeader } from '@picket/sdk';
import { uncompressSync } from 'lz4-napi';

/** Takes a message apart as a reader would. Throws when its header is not true. */
export function unpack(message: Uint8Array | undefined): { header: BatchHeader; records: Uint8Array } {
  if (!message) throw new Error('there is no message');
  const { header, packed } = decodeBatchHeader(message);
  const records = new Uint8Array(unpackRecords(header.codec, packed));
  if (records.length !== header.rawLength) throw new Error('the length in the header is not true');
  return { header, records };
}

function unpackRecords(codec: Codec, packed: Uint8Array): Uint8Array {
  if (codec === Codec.lz4) return uncompressSync(packed);
  return codec === Codec.zstd ? zstdDecompressSync(packed) : packed;
}
