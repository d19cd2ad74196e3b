import { BatchError } from './errors.ts';
import { SCHEMA_MAJOR, SCHEMA_MINOR } from './events.gen.ts';

/** How the records of a batch are packed. */
export const Codec = { none: 0, lz4: 1, zstd: 2 } as const;
export type Codec = (typeof Codec)[keyof typeof Codec];

/** "PKB1" read as a little-endian u32. */
const MAGIC = 0x31424b50;
const FIXED = 72;
const MAX_LOSS = 1024;
/** More than this a batch may not claim to unpack to. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** A cumulative count of events lost since the agent began, by kind and reason. */
export interface LossCount {
  readonly kind: number;
  readonly reason: number;
  readonly count: bigint;
}

/** What a batch says about itself; the records follow it, packed with `codec`. */
export interface BatchHeader {
  readonly codec: Codec;
  /** Records in the batch. */
  readonly count: number;
  /** Bytes of the records when unpacked. */
  readonly rawLength: number;
  readonly firstSequence: bigint;
  /** Start of the agent in ms since 1970: tells its runs apart and grows. */
  readonly agentEpoch: bigint;
  /** Add this to a CLOCK_BOOTTIME value to get ns since 1970. */
  readonly wallOffset: bigint;
  /** CLOCK_BOOTTIME in ns when the batch was closed: every earlier event of the node has been sent. */
  readonly watermark: bigint;
  /** Boot id of the node, 16 bytes. */
  readonly bootId: Uint8Array;
  readonly node: string;
  readonly losses: readonly LossCount[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const pad8 = (n: number) => (n + 7) & ~7;

/** Bytes of a batch header, ready to be followed by the packed records. Length is a multiple of 8. */
export function encodeBatchHeader(header: BatchHeader): Uint8Array {
  const node = encoder.encode(header.node);
  const length = pad8(FIXED + header.losses.length * 16 + 2 + node.length);
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, SCHEMA_MAJOR, true);
  view.setUint16(6, SCHEMA_MINOR, true);
  view.setUint32(8, length, true);
  view.setUint16(12, header.codec, true);
  view.setUint16(14, header.losses.length, true);
  view.setUint32(16, header.count, true);
  view.setUint32(20, header.rawLength, true);
  view.setBigUint64(24, header.firstSequence, true);
  view.setBigUint64(32, header.agentEpoch, true);
  view.setBigInt64(40, header.wallOffset, true);
  view.setBigUint64(48, header.watermark, true);
  out.set(header.bootId.subarray(0, 16), 56);
  header.losses.forEach((loss, i) => {
    const at = FIXED + i * 16;
    view.setUint16(at, loss.kind, true);
    view.setUint16(at + 2, loss.reason, true);
    view.setBigUint64(at + 8, loss.count, true);
  });
  const nodeAt = FIXED + header.losses.length * 16;
  view.setUint16(nodeAt, node.length, true);
  out.set(node, nodeAt + 2);
  return out;
}

/**
 * Reads and checks the header of a batch.
 * @throws BatchError when it is too short, not a batch, of another schema major, or contradicts itself
 */
export function decodeBatchHeader(bytes: Uint8Array): { header: BatchHeader; packed: Uint8Array } {
  if (bytes.length < FIXED)
    throw new BatchError('BATCH_TOO_SHORT', `a batch of ${bytes.length} bytes has no room for its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new BatchError('BATCH_BAD_MAGIC', 'these bytes are not an event batch');
  const major = view.getUint16(4, true);
  if (major !== SCHEMA_MAJOR) {
    const newer = major > SCHEMA_MAJOR ? 'control plane' : 'agent';
    throw new BatchError(
      'BATCH_SCHEMA_UNSUPPORTED',
      `the batch has event schema ${major}, this reader knows ${SCHEMA_MAJOR}: update the ${newer}`,
    );
  }
  const length = view.getUint32(8, true);
  const lossCount = view.getUint16(14, true);
  const nodeAt = FIXED + lossCount * 16;
  if (lossCount > MAX_LOSS || length > bytes.length || nodeAt + 2 > length)
    throw corrupt('its header length is not true');
  const nodeLength = view.getUint16(nodeAt, true);
  if (nodeAt + 2 + nodeLength > length) throw corrupt('its node name leaves the header');
  const rawLength = view.getUint32(20, true);
  const count = view.getUint32(16, true);
  const codec = view.getUint16(12, true);
  if (rawLength > MAX_BATCH_BYTES || count * 64 > rawLength) throw corrupt('it claims sizes that can not be true');
  if (codec > Codec.zstd) throw corrupt(`codec ${codec} is not known`);
  return {
    header: {
      codec: codec as Codec,
      count,
      rawLength,
      firstSequence: view.getBigUint64(24, true),
      agentEpoch: view.getBigUint64(32, true),
      wallOffset: view.getBigInt64(40, true),
      watermark: view.getBigUint64(48, true),
      bootId: new Uint8Array(bytes.subarray(56, 72)),
      node: nodeName(bytes.subarray(nodeAt + 2, nodeAt + 2 + nodeLength)),
      losses: Array.from({ length: lossCount }, (_, i) => ({
        kind: view.getUint16(FIXED + i * 16, true),
        reason: view.getUint16(FIXED + i * 16 + 2, true),
        count: view.getBigUint64(FIXED + i * 16 + 8, true),
      })),
    },
    packed: bytes.subarray(length),
  };
}

function nodeName(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BatchError('BATCH_CORRUPT', 'the node name of the batch is not UTF-8', { cause });
  }
}

function corrupt(why: string): BatchError {
  return new BatchError('BATCH_CORRUPT', `the batch can not be read: ${why}`);
}
