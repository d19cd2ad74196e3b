import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';
import { readContainers } from './checkpoint-containers.ts';
import { packNodes, type SavedNodes, unpackNodes } from './checkpoint-nodes.ts';
import type { ContainerTable, MutableContainer } from './container-table.ts';
import type { ProcessNode } from './process-node.ts';
import type { ProcessTree } from './process-tree.ts';

/** "PKNS" and the version of what follows, compressed by zstd with a checksum: u32 length of JSON, JSON, rows of f64. */
const MAGIC = 0x534e4b50;
const VERSION = 1;
const HEAD = 8;
/** More than this a checkpoint may not unpack to; 65536 processes with long arguments stay below. */
const MAX_BYTES = 512 * 1024 * 1024;

export interface StateToSave {
  readonly bootId: string;
  readonly epoch: bigint;
  readonly processes: ProcessTree;
  readonly containers: ContainerTable;
}

export interface SavedState {
  readonly bootId: string;
  readonly epoch: bigint;
  readonly now: number;
  readonly evictedExited: number;
  readonly evictedLiving: number;
  /** Those the tree finds, in its order; their ancestors hang on them. */
  readonly nodes: ProcessNode[];
  readonly exited: ProcessNode[];
  readonly containers: MutableContainer[];
}

export function encodeState(state: StateToSave): Uint8Array {
  const { processes } = state;
  const { cells, ...nodes } = packNodes([...processes.nodes()], processes.exitedNodes());
  const json = Buffer.from(
    JSON.stringify({
      bootId: state.bootId,
      epoch: String(state.epoch),
      now: processes.now,
      evictedExited: processes.evictedExited,
      evictedLiving: processes.evictedLiving,
      processes: nodes,
      containers: [...state.containers.all()],
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const raw = Buffer.concat([length, json, Buffer.from(cells.buffer)]);
  const packed = zstdCompressSync(raw, {
    params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: 1 },
  });
  const out = new Uint8Array(HEAD + packed.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  out.set(packed, HEAD);
  return out;
}

/** @throws ControlPlaneError CHECKPOINT_CORRUPT when the bytes are not what `encodeState` made */
export function decodeState(bytes: Uint8Array): SavedState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || view.getUint32(0, true) !== MAGIC) throw corrupt('it does not begin like one');
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw corrupt(`it has version ${version}, this control plane reads ${VERSION}`);
  try {
    return readState(zstdDecompressSync(bytes.subarray(HEAD), { maxOutputLength: MAX_BYTES }));
  } catch (cause) {
    throw cause instanceof ControlPlaneError ? cause : corrupt(messageOf(cause), cause);
  }
}

function readState(raw: Buffer): SavedState {
  const end = 4 + raw.readUInt32LE(0);
  const saved = JSON.parse(raw.toString('utf8', 4, end)) as Record<string, unknown>;
  // copied, because the rows begin at any byte
  const cells = new Float64Array(Uint8Array.from(raw.subarray(end)).buffer);
  const { nodes, exited } = unpackNodes({ ...(saved.processes as Omit<SavedNodes, 'cells'>), cells });
  return {
    bootId: text(saved.bootId),
    epoch: BigInt(text(saved.epoch)),
    now: number(saved.now),
    evictedExited: number(saved.evictedExited),
    evictedLiving: number(saved.evictedLiving),
    nodes,
    exited,
    containers: readContainers(saved.containers),
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw corrupt('a text is missing');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw corrupt('a number is missing');
  return value;
}

function corrupt(why: string, cause?: unknown): ControlPlaneError {
  return new ControlPlaneError(
    'CHECKPOINT_CORRUPT',
    `the checkpoint of a node can not be read: ${why}; delete it to rebuild the state from the event stream`,
    { cause },
  );
}
