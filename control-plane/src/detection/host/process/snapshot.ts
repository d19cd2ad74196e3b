import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf } from '@picket/sdk/errors';
import { DetectorFault } from '../instance/detector-fault.ts';
import type { InstanceState } from '../instance/detector-instance.ts';
import { ByteReader, ByteWriter } from './packed-bytes.ts';

/** All that an instance is, but its module and its limits. */
export interface SnapshotContent extends InstanceState {
  /** sha256 of the module in hex. */
  readonly hash: string;
  /** Of StateStore.encode. */
  readonly state: Uint8Array;
  /** Of ContextTables.encode. */
  readonly context: Uint8Array;
}

/** "PKS" and the version of the form. */
const MAGIC = 0x01534b50;
const MAX_BYTES = 160 << 20;
const PAGE = 65_536;
const MAX_GLOBALS = 1000;

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function encodeSnapshot({ hash, memory, globals, state, context }: SnapshotContent): Uint8Array {
  const out = new ByteWriter().text(hash).u32(globals.length);
  for (const value of globals) putGlobal(out, value);
  out.u32(state.length).raw(state).u32(context.length).raw(context).u32(memory.length);
  const content = Buffer.concat([out.bytes(), memory]);
  return new Uint8Array(Buffer.concat([new ByteWriter().u32(MAGIC).bytes(), zstdCompressSync(content, FAST)]));
}

/**
 * @param hash of the module that it must be of
 * @throws DetectorFault DETECTOR_SNAPSHOT
 */
export function decodeSnapshot(bytes: Uint8Array, hash: string): SnapshotContent {
  try {
    if (new ByteReader(bytes).u32() !== MAGIC) throw new RangeError('it has another form or version');
    const content = zstdDecompressSync(bytes.subarray(4), { maxOutputLength: MAX_BYTES });
    return readContent(new ByteReader(content), hash);
  } catch (cause) {
    throw new DetectorFault('DETECTOR_SNAPSHOT', `the snapshot can not be used: ${messageOf(cause)}`, { cause });
  }
}

function readContent(reader: ByteReader, hash: string): SnapshotContent {
  if (reader.text() !== hash) throw new RangeError('it is of another module');
  const count = reader.u32();
  if (count > MAX_GLOBALS) throw new RangeError(`it has ${count} globals`);
  const globals = Array.from({ length: count }, () => takeGlobal(reader));
  const state = new Uint8Array(reader.raw(reader.u32()));
  const context = new Uint8Array(reader.raw(reader.u32()));
  const memory = reader.raw(reader.u32());
  if (memory.length % PAGE !== 0) throw new RangeError('its memory is no whole number of pages');
  return { hash, globals, state, context, memory };
}

/** Numbers of wasm come as bigint (i64) or number (all others, which a double holds exactly). */
function putGlobal(out: ByteWriter, value: number | bigint): void {
  if (typeof value === 'bigint') return void out.u16(1).u64(value);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value, true);
  out.u16(0).u64(bits.getBigUint64(0, true));
}

function takeGlobal(reader: ByteReader): number | bigint {
  const whole = reader.u16() === 1;
  const value = reader.u64();
  if (whole) return BigInt.asIntN(64, value);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, value, true);
  return bits.getFloat64(0, true);
}
