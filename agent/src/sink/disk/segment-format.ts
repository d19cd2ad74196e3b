import { crc32 } from 'node:zlib';
import type { OutgoingBatch } from '../spool.ts';

/**
 * A segment of the disk spool, little-endian:
 *
 *   file   = "PKSPOOL" 0, u16 version, u16 0, u32 offset up to which the stream has everything, token of the node as 16
 *            ASCII characters, record...
 *   record = u32 magic, u32 length of the meta data, u32 length of the message, u32 CRC-32 of the message,
 *            u64 place in the order, u32 0, u32 CRC-32 of the 28 bytes before and of the meta data, meta data, message
 *   meta   = u16 length of the id, id, u16 kinds, for each kind: u16 kind, u32 records of it
 *
 * The meta data has a checksum of its own: of a message that was cut off it is still known what was in it.
 */
export const SEGMENT_HEAD = 32;
export const SEGMENT_VERSION = 1;
/** Where the offset stands up to which the stream has everything. */
export const DONE_AT = 12;
export const RECORD_HEAD = 32;
const FILE_MAGIC = Buffer.from('PKSPOOL\0', 'latin1');
/** "PKSB" read as a little-endian u32. */
const RECORD_MAGIC = 0x42534b50;
const HEAD_CRC = 28;
const MOST_META = 4096;
const MOST_MESSAGE = 16 * 1024 * 1024;
const KINDS = 128;

/** A batch as it lies on disk. */
export interface StoredBatch extends Omit<OutgoingBatch, 'urgent'> {
  /** Its place among all batches that this node ever kept. */
  readonly place: number;
}

/** What stands at an offset: a batch and its end, or why there is none. */
export type Found =
  | { readonly what: 'batch'; readonly batch: StoredBatch; readonly end: number }
  | { readonly what: 'more'; readonly needed: number; readonly kinds?: Uint32Array }
  | { readonly what: 'damaged' };

export function encodeSegmentHead(token: string): Uint8Array {
  const out = Buffer.alloc(SEGMENT_HEAD);
  FILE_MAGIC.copy(out);
  out.writeUInt16LE(SEGMENT_VERSION, 8);
  out.writeUInt32LE(SEGMENT_HEAD, DONE_AT);
  out.write(token, 16, 16, 'latin1');
  return out;
}

export const isSegment = (head: Buffer) => head.length >= SEGMENT_HEAD && head.subarray(0, 8).equals(FILE_MAGIC);

/** Why a segment can not be sent from this node, or undefined when it can. */
export function refusalOf(head: Buffer, token: string): string | undefined {
  const version = head.readUInt16LE(8);
  if (version !== SEGMENT_VERSION) return `it has format ${version}, this agent knows ${SEGMENT_VERSION}`;
  const owner = head.toString('latin1', 16, 32).replace(/\0+$/, '');
  return owner === token ? undefined : 'it was written under another node name';
}

/** Head and meta data of a record; the message follows them as it is. */
export function encodeRecordHead(batch: Pick<OutgoingBatch, 'id' | 'kinds' | 'message'>, place: number): Buffer {
  const id = Buffer.from(batch.id, 'utf8');
  const kinds = [...batch.kinds.entries()].filter(([, count]) => count > 0);
  const metaLength = 4 + id.length + kinds.length * 6;
  const out = Buffer.alloc(RECORD_HEAD + metaLength);
  out.writeUInt32LE(RECORD_MAGIC, 0);
  out.writeUInt32LE(metaLength, 4);
  out.writeUInt32LE(batch.message.length, 8);
  out.writeUInt32LE(crc32(batch.message), 12);
  out.writeBigUInt64LE(BigInt(place), 16);
  let at = out.writeUInt16LE(id.length, RECORD_HEAD);
  at += id.copy(out, at);
  at = out.writeUInt16LE(kinds.length, at);
  for (const [kind, count] of kinds) at = out.writeUInt32LE(count, out.writeUInt16LE(kind, at));
  out.writeUInt32LE(headCrc(out, metaLength), HEAD_CRC);
  return out;
}

/** Reads the record at an offset of bytes that may end anywhere. The message is part of `bytes`, not a copy. */
export function readRecord(bytes: Buffer, at: number): Found {
  const left = bytes.length - at;
  if (left < RECORD_HEAD) return { what: 'more', needed: RECORD_HEAD };
  const head = bytes.subarray(at);
  const metaLength = head.readUInt32LE(4);
  const messageLength = head.readUInt32LE(8);
  if (head.readUInt32LE(0) !== RECORD_MAGIC || metaLength > MOST_META || messageLength > MOST_MESSAGE)
    return { what: 'damaged' };
  const length = RECORD_HEAD + metaLength + messageLength;
  if (left < RECORD_HEAD + metaLength) return { what: 'more', needed: length };
  if (headCrc(head, metaLength) !== head.readUInt32LE(HEAD_CRC)) return { what: 'damaged' };
  const meta = readMeta(head.subarray(RECORD_HEAD, RECORD_HEAD + metaLength));
  if (left < length) return { what: 'more', needed: length, kinds: meta.kinds };
  const message = head.subarray(RECORD_HEAD + metaLength, length);
  if (crc32(message) !== head.readUInt32LE(12)) return { what: 'damaged' };
  const place = Number(head.readBigUInt64LE(16));
  return { what: 'batch', batch: { ...meta, message, place }, end: at + length };
}

/** Its checksum was right, so that what it says of lengths is what was written. */
function readMeta(meta: Buffer): { id: string; kinds: Uint32Array } {
  const idEnd = 2 + meta.readUInt16LE(0);
  const kinds = new Uint32Array(KINDS);
  const count = meta.readUInt16LE(idEnd);
  for (let i = 0, at = idEnd + 2; i < count; i++, at += 6) kinds[meta.readUInt16LE(at)] = meta.readUInt32LE(at + 2);
  return { id: meta.toString('utf8', 2, idEnd), kinds };
}

const headCrc = (record: Buffer, metaLength: number) =>
  crc32(record.subarray(RECORD_HEAD, RECORD_HEAD + metaLength), crc32(record.subarray(0, HEAD_CRC)));
