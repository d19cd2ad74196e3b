import { constants, zstdDecompressSync } from 'node:zlib';
import { BatchError, Codec, decodeBatchHeader, messageOf } from '@picket/sdk';
import { uncompressSync } from 'lz4-napi';
import type { Batch } from '../types.ts';

/** A frame that wants a larger window than the largest batch is not one of ours: it only costs memory. */
const ZSTD_PARAMS = { [constants.ZSTD_d_windowLogMax]: 23 };

/**
 * Unpacks one message of the event stream. No more memory is taken than its header claims, and that is bounded. The
 * records may share memory with `bytes`: they are valid as long as those are. That the header counts the records
 * right shows only when they are walked.
 * @throws BatchError when the message is not a batch, contradicts its subject, or can not be unpacked
 */
export function unpackBatch(bytes: Uint8Array, subject: string, streamSequence: number): Batch {
  const { partition, token } = parseSubject(subject);
  const { header, packed } = decodeBatchHeader(bytes);
  const records =
    header.rawLength === 0 && packed.length === 0 ? packed : unpack(packed, header.codec, header.rawLength);
  if (records.length !== header.rawLength)
    throw corrupt(`it unpacks to ${records.length} bytes but claims ${header.rawLength}`);
  return { header, records, partition, token, streamSequence };
}

/**
 * One message without its records, for who knows that they say nothing of interest.
 * @throws BatchError as `unpackBatch`, but for what is wrong with the records
 */
export function batchWithoutRecords(bytes: Uint8Array, subject: string, streamSequence: number): Batch {
  const { partition, token } = parseSubject(subject);
  return { header: decodeBatchHeader(bytes).header, records: new Uint8Array(0), partition, token, streamSequence };
}

/**
 * Gives the memory of the records back at once; the batch can not be used after it. Left to the garbage collector, a
 * quarter of a megabyte a batch makes it run all the time: half of the CPU time of a busy control plane.
 */
export function releaseBatch({ records }: Pick<Batch, 'records'>): void {
  const { buffer } = records;
  // memory that is shared with something else, as the message itself, is not ours to free
  if (buffer instanceof ArrayBuffer && buffer.byteLength === records.byteLength) buffer.transfer(0);
}

function unpack(packed: Uint8Array, codec: Codec, rawLength: number): Uint8Array {
  if (codec === Codec.none) return aligned(packed);
  try {
    return aligned(codec === Codec.lz4 ? unpackLz4(packed, rawLength) : unpackZstd(packed, rawLength));
  } catch (cause) {
    if (cause instanceof BatchError) throw cause;
    throw corrupt(`its records can not be unpacked (${messageOf(cause)})`, cause);
  }
}

function unpackZstd(packed: Uint8Array, rawLength: number): Uint8Array {
  // The chunk is the whole batch, so that zlib needs not join pieces. It has a smallest size.
  const chunkSize = Math.max(rawLength, constants.Z_MIN_CHUNK);
  return zstdDecompressSync(packed, { maxOutputLength: Math.max(rawLength, 1), chunkSize, params: ZSTD_PARAMS });
}

/** lz4-napi puts the unpacked length before the block and takes that much memory, so it is checked first. */
function unpackLz4(packed: Uint8Array, rawLength: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.length < 4 || view.getUint32(0, true) !== rawLength)
    throw corrupt('its lz4 block has another length than its header');
  return uncompressSync(packed);
}

/** Records are read as words: they must begin at a multiple of 8 in their buffer. */
const aligned = (bytes: Uint8Array) => (bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes));

/** Partition and token of `picket.events.<partition>.<token>`. */
function parseSubject(subject: string): { partition: number; token: string } {
  const [, , partition, token, more] = subject.split('.');
  if (!partition || !/^\d+$/.test(partition) || !token || more !== undefined)
    throw corrupt(`its subject ${JSON.stringify(subject)} names no partition and node`);
  return { partition: Number(partition), token };
}

function corrupt(why: string, cause?: unknown): BatchError {
  return new BatchError('BATCH_CORRUPT', `the batch can not be read: ${why}`, { cause });
}
