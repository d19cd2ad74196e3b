import type { BpfMap } from '@picket/native';

/**
 * Puts every entry of `wanted` (key and value, hexadecimal) into a kernel table; what is not wanted any more stays until
 * the returned function is called, so that a filter is never narrower than both the old and the new one.
 */
export function syncMap(map: BpfMap, wanted: ReadonlyMap<string, string>): () => void {
  for (const [key, value] of wanted) map.update(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
  return () => {
    for (const key of map.keys()) if (!wanted.has(Buffer.from(key).toString('hex'))) map.delete(key);
  };
}

/** A table whose values are numbers of 32 bits. */
export function bitsTable(bits: ReadonlyMap<string, number>): ReadonlyMap<string, string> {
  return new Map([...bits].map(([key, value]) => [key, Buffer.from(Uint32Array.of(value).buffer).toString('hex')]));
}
