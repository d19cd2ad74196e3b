import { crc32 } from 'node:zlib';
import { ModelError } from '../model-error.ts';
import { ModelReader, malformed } from './model-reader.ts';
import { ModelWriter } from './model-writer.ts';

/** `PKM` and the version of this frame. */
const MAGIC = [0x50, 0x4b, 0x4d, 0x01];
const MAX_KIND = 32;
/** Nothing larger was ever saved. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Bytes before the part that the checksum is of. */
const AROUND = MAGIC.length + 4;

/** A saved model: magic, checksum, kind, version, body. */
export function sealed(kind: string, version: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const inner = new ModelWriter().text(kind).count(version).block(body).bytes();
  const bytes = new Uint8Array(AROUND + inner.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, crc32(inner), true);
  bytes.set(inner, AROUND);
  return bytes;
}

/** The body of a saved model. @throws ModelError when it is another kind, version, or damaged */
export function unsealed(kind: string, version: number, bytes: Uint8Array): ModelReader {
  if (bytes.length < AROUND || bytes.length > MAX_BYTES) throw malformed(`${bytes.length} bytes`);
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw malformed('it does not begin as one');
  const inner = bytes.subarray(AROUND);
  const said = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (crc32(inner) !== said) throw malformed('its checksum is wrong');
  const reader = new ModelReader(inner);
  const found = { kind: reader.text(MAX_KIND, 'kind'), version: reader.count(0xffff, 'version') };
  if (found.kind !== kind) throw malformed(`it is a model of kind ${found.kind}, not ${kind}`);
  if (found.version !== version)
    throw new ModelError(
      'MODEL_VERSION',
      `the saved ${kind} model has version ${found.version}, this Picket reads ${version}: train it again`,
    );
  const body = reader.block(MAX_BYTES, 'body');
  reader.end();
  return new ModelReader(body);
}
