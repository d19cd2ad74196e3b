import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf } from '@picket/sdk/errors';
import { BigramTable } from './bigram-table.ts';
import { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { REFUSALS } from './hygiene.ts';
import { LearningError } from './learning-error.ts';
import type { MaterialState } from './material.ts';
import { Quarantine } from './quarantine.ts';
import { Reservoir, type ReservoirEntry } from './reservoir.ts';
import { RunTable } from './run-table.ts';
import { TokenTable } from './token-table.ts';

type Reservoirs = Pick<MaterialState, 'ten' | 'sixty' | 'kept'>;

/** "PKLM", u16 version, u16 form, u32 CRC of the rest. */
const MAGIC = 0x4d4c4b50;
const VERSION = 1;
const HEAD = 12;
/** All of it packed by zstd, the windows in their order. */
const PACKED_FORM = 0;
/** As it lies in memory: windows packed in blocks, the rest not. */
const FAST_FORM = 1;
/** Largest saved material. */
export const MOST_MATERIAL_BYTES = 256 * 1024;
const MOST_RAW_BYTES = 8 << 20;
const PACKED = { params: { [constants.ZSTD_c_compressionLevel]: 6 } };
/** What windows are left out by until the rest has room, where they pack badly. */
const SMALLER = 0.8;

/** Windows that have no room when packed are left out, those first that have the least claim. */
export function writeMaterial(state: MaterialState): Uint8Array {
  for (let share = 1; ; share *= SMALLER) {
    const packed = packMaterial(state, share);
    if (packed.length <= MOST_MATERIAL_BYTES || share < 0.01) return packed;
  }
}

/** Small, and as large as it takes. @param share of the windows */
export function packMaterial(state: MaterialState, share = 1): Uint8Array {
  const out = new BytePacker();
  writeTables(out, state);
  for (const reservoir of [state.ten, state.sixty]) writeReservoir(out, trimmed(reservoir, share));
  return framed(PACKED_FORM, zstdCompressSync(out.view(), PACKED));
}

/** All of it, quickly. */
export function checkpointMaterial(state: MaterialState): Uint8Array {
  const out = new BytePacker();
  writeTables(out, state);
  state.ten.write(out);
  state.sixty.write(out);
  return framed(FAST_FORM, out.view());
}

function writeTables(out: BytePacker, state: MaterialState): void {
  out.whole(state.name);
  out.whole(state.windows);
  out.whole(state.windows60);
  for (const reason of REFUSALS) out.whole(state.refused.get(reason) ?? 0);
  state.tokens.write(out);
  state.bigrams.write(out);
  state.runs.write(out);
  state.quarantine.write(out);
}

function framed(form: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD + rest.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, form, true);
  view.setUint32(8, crc32(rest), true);
  bytes.set(rest, HEAD);
  return bytes;
}

function trimmed(reservoir: Reservoir, share: number): Reservoir {
  if (share === 1) return reservoir;
  const copy = new Reservoir(reservoir.size, Number.POSITIVE_INFINITY);
  for (const entry of reservoir.entries()) copy.put(entry);
  copy.trim(Math.floor(share * reservoir.size));
  return copy;
}

/** Columns of their own pack better than rows. */
function writeReservoir(out: BytePacker, reservoir: Reservoir): void {
  const entries = reservoir.entries();
  out.whole(entries.length);
  let before = 0;
  for (const { at } of entries) {
    out.whole(at - before);
    before = at;
  }
  for (const { from } of entries) out.whole(from);
  for (const { run } of entries) out.whole(run);
  for (const { rank } of entries) out.whole(rank);
  for (const { bytes } of entries) out.whole(bytes.length);
  for (const { bytes } of entries) out.raw(bytes);
}

/** Whether the bytes are whole; what is in them is not looked at. @throws LearningError MATERIAL_MALFORMED, MATERIAL_VERSION */
export function checkMaterial(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD || view.getUint32(0, true) !== MAGIC) throw malformed('they do not begin like one');
  const version = view.getUint16(4, true);
  if (version !== VERSION)
    throw new LearningError(
      'MATERIAL_VERSION',
      `the material has version ${version}, this Picket reads ${VERSION}: it is collected anew`,
    );
  if (crc32(bytes.subarray(HEAD)) !== view.getUint32(8, true)) throw malformed('their sum differs');
}

/** Reads any form. @throws LearningError MATERIAL_MALFORMED, MATERIAL_VERSION */
export function readMaterial(bytes: Uint8Array, newReservoirs: () => Reservoirs): MaterialState {
  checkMaterial(bytes);
  const rest = bytes.subarray(HEAD);
  try {
    const isPacked = bytes[6] === PACKED_FORM;
    const raw = isPacked ? zstdDecompressSync(rest, { maxOutputLength: MOST_RAW_BYTES }) : rest;
    return read(new ByteUnpacker(raw), newReservoirs(), isPacked);
  } catch (cause) {
    throw malformed(messageOf(cause), cause);
  }
}

function read(bytes: ByteUnpacker, reservoirs: Reservoirs, isPacked: boolean): MaterialState {
  const [name, windows, windows60] = [bytes.whole(), bytes.whole(), bytes.whole()];
  const refused: MaterialState['refused'] = new Map();
  for (const reason of REFUSALS) {
    const count = bytes.whole();
    if (count > 0) refused.set(reason, count);
  }
  const tokens = TokenTable.read(bytes);
  const bigrams = BigramTable.read(bytes);
  const runs = RunTable.read(bytes);
  const quarantine = Quarantine.read(bytes);
  for (const reservoir of [reservoirs.ten, reservoirs.sixty])
    if (isPacked) for (const entry of readEntries(bytes)) reservoir.put(entry);
    else reservoir.read(bytes);
  for (const run of reservoirs.kept.keys()) if (!runs.byId(run)) throw new RangeError('a window is of no container');
  if (!bytes.isAtEnd) throw new RangeError('bytes are left over');
  return { name, windows, windows60, refused, tokens, bigrams, runs, quarantine, ...reservoirs };
}

function readEntries(bytes: ByteUnpacker): ReservoirEntry[] {
  const size = bytes.count();
  const column = () => Array.from({ length: size }, () => bytes.whole());
  let last = 0;
  const at = column().map((step) => (last += step));
  const [from, run, rank, length] = [column(), column(), column(), column()];
  return at.map((end, i) => ({
    at: end,
    from: from[i] ?? 0,
    run: run[i] ?? 0,
    rank: rank[i] ?? 0,
    bytes: bytes.raw(length[i] ?? 0),
  }));
}

const malformed = (why: string, cause?: unknown) =>
  new LearningError('MATERIAL_MALFORMED', `the bytes are no saved material: ${why}`, { cause });
