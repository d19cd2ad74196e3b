import { Header } from '@picket/sdk';
import type { Part } from './part.ts';

/** Pieces of large parts: the same ones for all instances that see the part. */
const pieces = new WeakMap<Part, readonly Part[]>();

/**
 * A part as one or several of at most so many bytes, so that no call is much larger than others. All pieces are of the same batch
 * and have its containers and processes. @param most a record may be larger: then it is a piece of its own
 */
export function splitPart(part: Part, most: number): readonly Part[] {
  if (part.records.length <= most) return [part];
  const known = pieces.get(part);
  if (known) return known;
  const made = split(part, most);
  pieces.set(part, made);
  return made;
}

function split(part: Part, most: number): Part[] {
  const { records, count, indexes } = part;
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const made: Part[] = [];
  let at = 0;
  for (let first = 0; first < count; ) {
    const begin = at;
    let next = first;
    for (; next < count; next++) {
      const length = view.getUint16(at + Header.length, true);
      if (next > first && at + length - begin > most) break;
      at += length;
    }
    made.push({
      ...part,
      records: records.subarray(begin, at),
      count: next - first,
      indexes: indexes.subarray(first, next),
    });
    first = next;
  }
  return made;
}
