import { messageOf } from '@picket/sdk';
import { z } from 'zod';
import { ControlPlaneError } from '../errors.ts';
import { MAX_STATE_BYTES } from './state-packing.ts';

const count = z.number().int().min(0);

/** What the head key of a checkpoint says; a small state follows it in the same value. */
const HeadSchema = z.object({
  /** Fencing number of the owner that wrote it. */
  epoch: count,
  /** Names the chunk keys; unique for every checkpoint. */
  set: z.string().max(64),
  /** Chunk keys; 0 when the state is in the head. */
  chunks: count,
  applied: count,
  settled: count,
  /** Empty when there is no checkpoint yet and the head only holds the epoch. */
  streamCreated: z.string(),
  packedBytes: count,
  rawBytes: count.max(MAX_STATE_BYTES),
  sha256: z.string(),
});
export type CheckpointHead = Readonly<z.infer<typeof HeadSchema>>;

/** "PKC1" read as a little-endian u32: the format of the value. */
const MAGIC = 0x31434b50;
const PREFIX = 8;

/** Head as bytes: magic, u32 length of the JSON, JSON, then the state when it is small. */
export function encodeHead(head: CheckpointHead, inline: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32LE(MAGIC, 0);
  prefix.writeUInt32LE(json.length, 4);
  return Buffer.concat([prefix, json, inline]);
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function decodeHead(value: Uint8Array): { head: CheckpointHead; inline: Uint8Array } {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < PREFIX || bytes.readUInt32LE(0) !== MAGIC) throw corrupt('it is not a checkpoint of this version');
  const end = PREFIX + bytes.readUInt32LE(4);
  try {
    const head = HeadSchema.parse(JSON.parse(bytes.toString('utf8', PREFIX, end)));
    return { head, inline: bytes.subarray(end) };
  } catch (cause) {
    throw corrupt(messageOf(cause), cause);
  }
}

function corrupt(why: string, cause?: unknown): ControlPlaneError {
  return new ControlPlaneError('CHECKPOINT_CORRUPT', `the head of a checkpoint can not be read: ${why}`, { cause });
}
