import type { EventCursor } from './cursor.ts';
import { type FieldInfo, HEADER_FIELDS, Header, KINDS, type KindInfo } from './events.gen.ts';

export type FieldValue =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly string[]
  | readonly (readonly [number, number])[];

const kindsById = new Map(KINDS.map((kind) => [kind.id, kind]));
const encoder = new TextEncoder();

export const kindInfo = (id: number): KindInfo | undefined => kindsById.get(id);

/**
 * Builds one record from field names and values; fields left out are 0 or empty. For dictionary records and
 * tests, not for the event path.
 * @throws RangeError when the kind is unknown or the record would be longer than 65528 bytes
 */
export function encodeRecord(
  id: number,
  header: Record<string, number | bigint>,
  body: Record<string, FieldValue>,
): Uint8Array {
  const kind = kindsById.get(id);
  if (!kind) throw new RangeError(`kind ${id} is not in the event table`);
  const tails = new Map(kind.fields.filter(isTail).map((f) => [f.name, tailBytes(body[f.name])]));
  const length = (kind.size + [...tails.values()].reduce((sum, t) => sum + t.length, 0) + 7) & ~7;
  if (length > 65528) throw new RangeError(`a ${kind.name} record of ${length} bytes does not fit`);
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  for (const f of HEADER_FIELDS) writeNumber(view, f, header[f.name] ?? (f.name === 'syscall' ? 65535 : 0));
  view.setUint16(Header.kind, id, true);
  view.setUint16(Header.length, length, true);
  let tail: number = kind.size;
  for (const f of kind.fields) {
    const bytes = tails.get(f.name);
    const value = body[f.name];
    if (bytes) {
      view.setUint16(f.offset, tail, true);
      view.setUint16(f.offset + 2, bytes.length, true);
      out.set(bytes, tail);
      tail += bytes.length;
    } else if (value instanceof Uint8Array) out.set(value.subarray(0, 16), f.offset);
    else if (typeof value === 'number' || typeof value === 'bigint') writeNumber(view, f, value);
  }
  return out;
}

const isTail = (f: FieldInfo) => f.type === 'str' || f.type === 'strs' || f.type === 'counts';

function tailBytes(value: FieldValue | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encoder.encode(value);
  if (!Array.isArray(value)) throw new TypeError('a string field takes a string, a list or bytes');
  if (value.length > 0 && Array.isArray(value[0]))
    return new Uint8Array(new Uint32Array((value as [number, number][]).flat()).buffer);
  return encoder.encode((value as string[]).join('\0'));
}

function writeNumber(view: DataView, f: FieldInfo, value: number | bigint): void {
  if (f.type === 'u64' || f.type === 'i64') view.setBigUint64(f.offset, BigInt.asUintN(64, BigInt(value)), true);
  else if (f.type === 'u32' || f.type === 'i32') view.setUint32(f.offset, Number(value) >>> 0, true);
  else if (f.type === 'u16') view.setUint16(f.offset, Number(value), true);
  else if (f.type === 'u8') view.setUint8(f.offset, Number(value));
}

/** Every field of the current record by name, for people and tests: u64 as decimal strings. */
export function describeRecord(cursor: EventCursor): Record<string, unknown> {
  const kind = kindsById.get(cursor.kind);
  const out: Record<string, unknown> = {};
  for (const f of HEADER_FIELDS) out[f.name] = readField(cursor, f);
  out.kind = kind?.name ?? cursor.kind;
  for (const f of knownFields(cursor, kind)) out[f.name] = readField(cursor, f);
  return out;
}

/** Fields that the writer knew: in a record of an older minor version of the schema the tail begins where the others would be. */
function knownFields(cursor: EventCursor, kind: KindInfo | undefined): readonly FieldInfo[] {
  const fields = kind?.fields ?? [];
  let end = cursor.length;
  const unknown = fields.findIndex((f) => {
    if (f.offset >= end) return true;
    if (isTail(f) && cursor.stringLength(f.offset) > 0) end = Math.min(end, cursor.u16(f.offset));
    return false;
  });
  return unknown < 0 ? fields : fields.slice(0, unknown);
}

function readField(cursor: EventCursor, f: FieldInfo): unknown {
  switch (f.type) {
    case 'u8':
      return cursor.u8(f.offset);
    case 'u16':
      return cursor.u16(f.offset);
    case 'u32':
      return cursor.u32(f.offset);
    case 'i32':
      return cursor.i32(f.offset);
    case 'u64':
      return cursor.big(f.offset).toString();
    case 'i64':
      return BigInt.asIntN(64, cursor.big(f.offset)).toString();
    case 'ip':
      return cursor.ip(f.offset);
    case 'str':
      return cursor.string(f.offset);
    case 'strs':
      return cursor.strings(f.offset);
    case 'counts':
      return countPairs(cursor, f.offset);
  }
}

function countPairs(cursor: EventCursor, offset: number): [number, number][] {
  const bytes = cursor.bytes.slice(
    cursor.stringAt(offset),
    cursor.stringAt(offset) + (cursor.stringLength(offset) & ~7),
  );
  const words = new Uint32Array(bytes.buffer);
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i] as number, words[2 * i + 1] as number]);
}
