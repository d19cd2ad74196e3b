/**
 * The canonical ABI as far as detectors need it: memory for what the host hands in, results of exports, and text
 * lent to the host for the time of a call. Strings are UTF-16.
 */

import { wellFormed } from './text';

/** Result area of an export: u8 case (0 ok, 1 error), text pointer, text length in UTF-16 units. */
const RESULT = memory.data(12, 8);
/** What the error points at must live until the host has read it. */
let errorText: string = '';

/** The host asks for memory here. Blocks are not managed: whoever takes them frees them with `release`. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  // No bytes, no block: any aligned address does, and `release` knows it by its length.
  if (size == 0) {
    if (oldSize > 0) heap.free(old);
    return align;
  }
  return oldSize > 0 ? heap.realloc(old, size) : heap.alloc(size);
}

/** Gives back what the host handed in. */
// @ts-ignore: decorator
@inline
export function release(at: usize, bytes: usize): void {
  if (bytes > 0) heap.free(at);
}

/** Takes over a text that the host handed in: copies it to a managed string and frees the block. */
export function takeText(at: usize, units: i32): string {
  if (units == 0) return '';
  const bytes = <usize>units << 1;
  const out = __new(bytes, idof<string>());
  memory.copy(out, at, bytes);
  heap.free(at);
  return changetype<string>(out);
}

/** Takes over bytes that the host handed in. */
export function takeBytes(at: usize, length: i32): Uint8Array {
  const out = new Uint8Array(length);
  memory.copy(out.dataStart, at, <usize>length);
  release(at, <usize>length);
  return out;
}

/** What an export answers; no error is `''`. */
export function answer(error: string): usize {
  errorText = wellFormed(error);
  store<u8>(RESULT, error.length > 0 ? 1 : 0);
  store<usize>(RESULT, changetype<usize>(errorText), 4);
  store<i32>(RESULT, errorText.length, 8);
  return RESULT;
}
