import { type FieldInfo, type FieldValue, parseIp } from '@picket/sdk';
import { namedNumber } from './named-bits.ts';

/** A value that a field can not take. The message is the end of a sentence that begins with the field. */
export class ValueError extends Error {}

type Range = readonly [least: bigint, most: bigint];

/** -1 is how people write the unsigned number that stands for "none". */
const RANGES: Readonly<Record<string, Range>> = {
  u8: [0n, 0xffn],
  u16: [0n, 0xffffn],
  u32: [-1n, 0xffffffffn],
  i32: [-0x80000000n, 0x7fffffffn],
  u64: [0n, 0xffffffffffffffffn],
  i64: [-0x8000000000000000n, 0x7fffffffffffffffn],
};

/**
 * What a record holds for a value as people write it.
 * @throws ValueError when it does not fit the field
 */
export function fieldValue(field: Pick<FieldInfo, 'name' | 'type'>, value: unknown): FieldValue {
  switch (field.type) {
    case 'str':
      return text(value);
    case 'strs':
      return texts(value);
    case 'ip':
      return address(value);
    case 'counts':
      return counts(value);
    default:
      return integer(field.name, field.type, value);
  }
}

/** @throws ValueError */
export function integer(name: string, type: string, value: unknown): bigint {
  const number = readInteger(name, value);
  const [least, most] = RANGES[type] ?? [0n, 0n];
  if (number < least || number > most) throw new ValueError(`takes a number from ${least} to ${most}, not ${number}`);
  return number;
}

function readInteger(name: string, value: unknown): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  const names = typeof value === 'string' ? value.split('|') : value;
  if (Array.isArray(names) && names.every((item) => typeof item === 'string')) {
    const number = namedNumber(
      name,
      names.map((item) => item.trim()),
    );
    if (typeof number === 'object') throw new ValueError(`does not know ${JSON.stringify(number.unknown)}`);
    if (number !== undefined) return BigInt(number);
  }
  throw new ValueError(`takes a whole number, not ${JSON.stringify(value)}`);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ValueError(`takes a text, not ${JSON.stringify(value)}`);
}

/** A list, or a map for lists of name=value. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(text);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, item]) => `${key}=${text(item)}`);
  throw new ValueError(`takes a list, not ${JSON.stringify(value)}`);
}

function address(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? parseIp(value) : undefined;
  if (bytes) return bytes;
  throw new ValueError(`takes an address like 192.0.2.1, not ${JSON.stringify(value)}`);
}

/** A map from number to count. */
function counts(value: unknown): [number, number][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ValueError('takes a map from number to count');
  return Object.entries(value).map(([key, count]) => [
    Number(integer('key', 'u32', key)),
    Number(integer('count', 'u32', count)),
  ]);
}
