import type { BpfMap } from '@picket/native';

/**
 * Makes the entries of a kernel table those of `wanted` (key and value, hexadecimal). What is not wanted any more goes
 * first, so that there is room for as much as the table holds.
 */
export function syncMap(map: BpfMap, wanted: ReadonlyMap<string, string>): void {
  for (const key of map.keys()) if (!wanted.has(Buffer.from(key).toString('hex'))) map.delete(key);
  for (const [key, value] of wanted) map.update(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
}

/** A table whose values are numbers of 32 bits. */
export function bitsTable(bits: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  return new Map([...bits].map(([key, value]) => [key, Buffer.from(Uint32Array.of(value).buffer).toString('hex')]));
}
