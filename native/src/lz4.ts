import { addon } from './addon.ts';

/**
 * Packs `input` as one LZ4 block into `output` and gives the bytes written. `acceleration` 1 packs best; each step up is
 * some percent faster and packs less.
 * @throws NativeError BUFFER_TOO_SMALL when the block does not fit; `lz4Bound(input.length)` bytes always suffice
 */
export function compressLz4(input: Uint8Array, output: Uint8Array, acceleration = 1): number {
  return addon().compressLz4(input, output, acceleration);
}

/** Largest size of an LZ4 block of `bytes` bytes (LZ4_COMPRESSBOUND). */
export const lz4Bound = (bytes: number): number => bytes + Math.floor(bytes / 255) + 16;
