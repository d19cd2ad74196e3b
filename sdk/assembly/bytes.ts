/** Texts of records where they lie, as `e.path_at` and `e.path_length` give them. Nothing is copied. */

import { decodeText } from './text';

const OFFSET: u64 = 0xcbf29ce484222325;
const PRIME: u64 = 0x100000001b3;

/** A number for bytes, for keys and sets: FNV-1a of 64 bits. */
export function hashBytes(from: usize, length: i32): u64 {
  let hash = OFFSET;
  for (let i = 0; i < length; i++) hash = (hash ^ <u64>load<u8>(from + i)) * PRIME;
  return hash;
}

/** The same with the letters of ASCII in lower case, as names of DNS are compared. */
export function hashLower(from: usize, length: i32): u64 {
  let hash = OFFSET;
  for (let i = 0; i < length; i++) hash = (hash ^ <u64>lower(load<u8>(from + i))) * PRIME;
  return hash;
}

/** A letter of ASCII in lower case, another byte as it is. */
// @ts-ignore: decorator
@inline
export function lower(byte: u8): u8 {
  return <u8>(byte - 65) < 26 ? byte | 32 : byte;
}

/** A field as text with the letters of ASCII in lower case. Allocates, as `textField` does. */
export function lowerText(from: usize, length: i32): string {
  const copy = heap.alloc(length);
  for (let i = 0; i < length; i++) store<u8>(copy + i, lower(load<u8>(from + i)));
  const text = decodeText(copy, length);
  heap.free(copy);
  return text;
}

/** Whether the bytes at `from` end with `suffix`, which is ASCII. */
export function endsWith(from: usize, length: i32, suffix: string): bool {
  return suffix.length <= length && matches(from + length - suffix.length, suffix);
}

/** Whether the bytes at `from` are `text`, which is ASCII. */
export function textIs(from: usize, length: i32, text: string): bool {
  return length == text.length && matches(from, text);
}

/** Whether `text`, ASCII in lower case, lies anywhere in the bytes at `from`, whose letters may be of any case. */
export function containsLower(from: usize, length: i32, text: string): bool {
  for (let i = 0; i <= length - text.length; i++) {
    let k = 0;
    while (k < text.length && lower(load<u8>(from + i + k)) == <u8>text.charCodeAt(k)) k++;
    if (k == text.length) return true;
  }
  return false;
}

/** Where `byte` lies last; -1 when it does not. */
export function lastIndexOf(from: usize, length: i32, byte: u8): i32 {
  let i = length - 1;
  while (i >= 0 && load<u8>(from + i) != byte) i--;
  return i;
}

function matches(from: usize, text: string): bool {
  for (let i = 0; i < text.length; i++) if (load<u8>(from + i) != <u8>text.charCodeAt(i)) return false;
  return true;
}
