import { type BatchHeader, SCHEMA_MAJOR, SCHEMA_MINOR } from '@picket/sdk';

/** A batch as detectors get it. The layout is written down in sdk/assembly/batch.ts. */
export interface GuestBatch {
  readonly prelude: Uint8Array;
  /** Records container.started of containers that the instance does not know yet. */
  readonly dictionary: Uint8Array;
  /** Records of the walk, each of a true length. */
  readonly records: Uint8Array;
  /** How many records. */
  readonly count: number;
}

/** "PKD1" read as a little-endian u32. */
const MAGIC = 0x31444b50;
const FIXED = 74;
const MAX_NODE_BYTES = 1024;
const NO_RECORDS = new Uint8Array(0);

export type GuestBatchHeader = Pick<
  BatchHeader,
  'agentEpoch' | 'wallOffset' | 'watermark' | 'bootId' | 'node' | 'losses'
>;

/**
 * Puts the prelude before records. It depends on the batch alone: detectors that see the same records share it.
 * @param header that of the batch the records come from
 */
export function guestBatch(
  header: GuestBatchHeader,
  records: Uint8Array,
  count: number,
  dictionary: Uint8Array = NO_RECORDS,
): GuestBatch {
  const node = new TextEncoder().encode(header.node).subarray(0, MAX_NODE_BYTES);
  const length = (FIXED + node.length + 7) & ~7;
  const prelude = new Uint8Array(length);
  const view = new DataView(prelude.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, SCHEMA_MAJOR, true);
  view.setUint16(6, SCHEMA_MINOR, true);
  view.setUint32(8, length, true);
  view.setUint32(12, dictionary.length, true);
  view.setUint32(16, count, true);
  view.setUint32(20, records.length, true);
  view.setBigUint64(24, header.agentEpoch, true);
  view.setBigInt64(32, header.wallOffset, true);
  view.setBigUint64(40, header.watermark, true);
  prelude.set(header.bootId.subarray(0, 16), 48);
  const lost = header.losses.reduce((sum, loss) => sum + loss.count, 0n);
  view.setBigUint64(64, BigInt.asUintN(64, lost), true);
  view.setUint16(72, node.length, true);
  prelude.set(node, FIXED);
  return { prelude, dictionary, records, count };
}
