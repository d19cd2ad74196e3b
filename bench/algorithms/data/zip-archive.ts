import { inflateRawSync } from 'node:zlib';
import { DataError } from './data-error.ts';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;
/** No trace or table of the known sets is near to it. */
const MOST_BYTES = 64 << 20;
const MOST_FILES = 200_000;

/**
 * Files of a zip archive (PKWARE APPNOTE 6.3, without zip64, spanning and encryption), by path.
 * @throws DataError for what is no such archive; reading one file throws it too
 */
export function* zipFiles(bytes: Buffer): Generator<{ path: string; read(): Buffer }> {
  const end = endRecord(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count > MOST_FILES)
    throw new DataError('DATA_TOO_LARGE', `the archive has ${count} files, more than ${MOST_FILES}`);
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || bytes.readUInt32LE(at) !== ENTRY)
      throw damaged(`its list of files ends after ${i} of ${count}`);
    const entry = entryAt(bytes, at);
    at = entry.next;
    if (!entry.path.endsWith('/')) yield { path: entry.path, read: () => contents(bytes, entry) };
  }
}

interface Entry {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
  readonly next: number;
}

function entryAt(bytes: Buffer, at: number): Entry {
  const name = bytes.readUInt16LE(at + 28);
  return {
    path: bytes.toString('utf8', at + 46, at + 46 + name),
    flags: bytes.readUInt16LE(at + 8),
    method: bytes.readUInt16LE(at + 10),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    local: bytes.readUInt32LE(at + 42),
    next: at + 46 + name + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32),
  };
}

function contents(bytes: Buffer, { path, flags, method, packed, size, local }: Entry): Buffer {
  if (flags & 1) throw new DataError('DATA_ARCHIVE', `${path} is encrypted: unpack the archive and name the folder`);
  if (size > MOST_BYTES) throw new DataError('DATA_TOO_LARGE', `${path} has ${size} bytes, more than ${MOST_BYTES}`);
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL)
    throw damaged(`${path} is not where it should be`);
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const data = bytes.subarray(from, from + packed);
  if (method !== STORED && method !== DEFLATED) {
    throw new DataError(
      'DATA_ARCHIVE',
      `${path} is packed by method ${method}: only stored and deflated files are read`,
    );
  }
  const plain = method === STORED ? data : inflated(data, size, path);
  if (plain.length !== size) throw damaged(`${path} has ${plain.length} bytes instead of ${size}`);
  return plain;
}

function inflated(data: Buffer, size: number, path: string): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: size + 1 });
  } catch (cause) {
    throw damaged(`${path} can not be unpacked`, cause);
  }
}

/** The record at the end, behind which there may be a comment of up to 64 KiB. */
function endRecord(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === END) return at;
  }
  throw new DataError('DATA_ARCHIVE', 'this is no zip archive, or its end is cut off');
}

function damaged(what: string, cause?: unknown): DataError {
  return new DataError('DATA_ARCHIVE', `the zip archive is damaged: ${what}`, { cause });
}
