import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';

/** What is needed to unpack a state and to see that it is whole. */
export interface PackedFacts {
  readonly packedBytes: number;
  readonly rawBytes: number;
  /** Of the packed bytes, in hex. */
  readonly sha256: string;
}

/** A state may not be larger: more than this one partition can not hold in memory either. */
export const MAX_STATE_BYTES = 512 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Level 1 costs a third of the default and is larger by a few percent only. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Packs a state off the main thread. */
export async function packState(state: Uint8Array): Promise<{ packed: Uint8Array; facts: PackedFacts }> {
  if (state.length > MAX_STATE_BYTES)
    throw new ControlPlaneError(
      'CHECKPOINT_CORRUPT',
      `a state of ${state.length} bytes is more than ${MAX_STATE_BYTES}`,
    );
  const packed = await compress(state, FAST);
  return { packed, facts: { packedBytes: packed.length, rawBytes: state.length, sha256: sha256(packed) } };
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT when the bytes are not those that were packed */
export async function unpackState(packed: Uint8Array, facts: PackedFacts, whose: string): Promise<Uint8Array> {
  if (packed.length !== facts.packedBytes || sha256(packed) !== facts.sha256)
    throw new ControlPlaneError(
      'CHECKPOINT_CORRUPT',
      `the checkpoint of ${whose} is not what was written: its sum differs`,
    );
  try {
    // One byte of room: the bound of zlib must be positive for an empty state too.
    const state = await decompress(packed, { maxOutputLength: facts.rawBytes + 1 });
    if (state.length === facts.rawBytes) return state;
  } catch (cause) {
    throw new ControlPlaneError(
      'CHECKPOINT_CORRUPT',
      `the checkpoint of ${whose} can not be unpacked: ${messageOf(cause)}`,
      { cause },
    );
  }
  throw new ControlPlaneError('CHECKPOINT_CORRUPT', `the checkpoint of ${whose} unpacks to another size than it had`);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
