import { crc32 } from 'node:zlib';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';
import type { Accounts } from '../../types.ts';
import { readAccounts, readContainers } from './checkpoint-containers.ts';
import { packNodes, type SavedNodes, unpackNodes } from './checkpoint-nodes.ts';
import { type ContainerTable, type MutableContainer, NO_ACCOUNTS } from './container-table.ts';
import { type NameTable, readNames, type SavedNames } from './name-table.ts';
import type { ProcessNode } from './process-node.ts';
import type { ProcessTree } from './process-tree.ts';

/** "PKNS", u16 version, u16 0, u32 CRC of the rest, u32 length of the JSON, the JSON up to a multiple of 8, rows of f64. */
const MAGIC = 0x534e4b50;
const VERSION = 2;
const HEAD = 16;
const SUMMED = 12;

export interface StateToSave {
  readonly bootId: string;
  readonly epoch: bigint;
  readonly processes: ProcessTree;
  readonly containers: ContainerTable;
  readonly names: NameTable;
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
  readonly host: Accounts;
  readonly names: SavedNames;
}

export function encodeState(state: StateToSave): Uint8Array {
  const { processes } = state;
  processes.sweep();
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
      host: state.containers.host,
      names: state.names.saved(),
    }),
  );
  return join(json, new Uint8Array(cells.buffer));
}

/** Not packed: who keeps the checkpoint packs it, off the main thread. */
function join(json: Uint8Array, rows: Uint8Array): Uint8Array {
  const begin = rowsBegin(json.length);
  const out = new Uint8Array(begin + rows.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(SUMMED, json.length, true);
  out.set(json, HEAD);
  out.set(rows, begin);
  view.setUint32(8, crc32(out.subarray(SUMMED)), true);
  return out;
}

const rowsBegin = (jsonLength: number) => (HEAD + jsonLength + 7) & ~7;

/** @throws ControlPlaneError CHECKPOINT_CORRUPT when the bytes are not what `encodeState` made */
export function decodeState(bytes: Uint8Array): SavedState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || view.getUint32(0, true) !== MAGIC) throw corrupt('it does not begin like one');
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw corrupt(`it has version ${version}, this control plane reads ${VERSION}`);
  if (crc32(bytes.subarray(SUMMED)) !== view.getUint32(8, true)) throw corrupt('its sum differs');
  try {
    return readState(bytes, view.getUint32(SUMMED, true));
  } catch (cause) {
    throw cause instanceof ControlPlaneError ? cause : corrupt(messageOf(cause), cause);
  }
}

function readState(bytes: Uint8Array, jsonLength: number): SavedState {
  const json = new TextDecoder().decode(bytes.subarray(HEAD, HEAD + jsonLength));
  const saved = JSON.parse(json) as Record<string, unknown>;
  // copied, because the state itself may begin at any byte (and not by slice, which a Buffer answers with a view)
  const cells = new Float64Array(new Uint8Array(bytes.subarray(rowsBegin(jsonLength))).buffer);
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
    // checkpoints of before there were such do not have them
    host: saved.host === undefined ? NO_ACCOUNTS : readAccounts(saved.host),
    names: saved.names === undefined ? [] : readNames(saved.names),
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
