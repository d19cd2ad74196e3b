import type { EventCursor } from '@picket/sdk';
import type { CountTable } from '../feature-window.ts';

/** Packs key and place of a pair into one number that sorts by key; a record has fewer pairs. */
const PLACES = 16_384;

/** Adds up tables of counts, keys ascending; at most so many keys, what finds no room is counted. */
export class TableSum implements CountTable {
  size = 0;
  keys = new Uint32Array(0);
  counts = new Float64Array(0);
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns how much found no room */
  add(table: CountTable): number {
    if (table.size === 0) return 0;
    if (this.size === 0) return this.#begin(table);
    const fresh = this.#addKnown(table);
    return fresh === 0 ? 0 : this.#merge(table, fresh);
  }

  /** What it holds, for good: the sum must not be added to afterwards. */
  taken(): CountTable {
    const { size } = this;
    return { size, keys: this.keys.subarray(0, size), counts: this.counts.subarray(0, size) };
  }

  #begin(table: CountTable): number {
    this.size = Math.min(table.size, this.#most);
    this.keys = table.keys.slice(0, this.size);
    this.counts = table.counts.slice(0, this.size);
    return sumFrom(table, this.size);
  }

  /** Adds the counts of the keys that are there, and tells how many are not. */
  #addKnown(table: CountTable): number {
    let [at, fresh] = [0, 0];
    for (let i = 0; i < table.size; i++) {
      const key = table.keys[i] as number;
      while (at < this.size && (this.keys[at] as number) < key) at++;
      if (at < this.size && this.keys[at] === key)
        this.counts[at] = (this.counts[at] as number) + (table.counts[i] as number);
      else fresh++;
    }
    return fresh;
  }

  #merge(table: CountTable, fresh: number): number {
    const size = Math.min(this.size + fresh, this.#most);
    const keys = new Uint32Array(size);
    const counts = new Float64Array(size);
    let [own, other, at, dropped] = [0, 0, 0, 0];
    let room = size - this.size;
    while (own < this.size || other < table.size) {
      const mine = own < this.size ? (this.keys[own] as number) : Number.POSITIVE_INFINITY;
      const theirs = other < table.size ? (table.keys[other] as number) : Number.POSITIVE_INFINITY;
      if (mine <= theirs) {
        keys[at] = mine;
        counts[at++] = this.counts[own++] as number;
        if (mine === theirs) other++;
      } else if (room > 0) {
        room--;
        keys[at] = theirs;
        counts[at++] = table.counts[other++] as number;
      } else dropped += table.counts[other++] as number;
    }
    this.size = size;
    this.keys = keys;
    this.counts = counts;
    return dropped;
  }
}

function sumFrom(table: CountTable, from: number): number {
  let sum = 0;
  for (let i = from; i < table.size; i++) sum += table.counts[i] as number;
  return sum;
}

/** Reads a `counts` field: pairs of u32, in any order; a key that comes twice counts once with its sum. */
export function readCounts(cursor: EventCursor, field: number): CountTable {
  const size = Math.min(cursor.stringLength(field) >> 3, PLACES);
  const at = cursor.stringAt(field);
  const order = new Float64Array(size);
  let isSorted = true;
  for (let i = 0; i < size; i++) {
    order[i] = word(cursor.bytes, at + i * 8) * PLACES + i;
    if (i > 0 && (order[i] as number) < (order[i - 1] as number)) isSorted = false;
  }
  if (!isSorted) order.sort();
  return unpacked(cursor.bytes, at, order);
}

function unpacked(bytes: Uint8Array, at: number, order: Float64Array): CountTable {
  const keys = new Uint32Array(order.length);
  const counts = new Float64Array(order.length);
  let size = 0;
  for (const packed of order) {
    const key = Math.floor(packed / PLACES);
    const count = word(bytes, at + (packed - key * PLACES) * 8 + 4);
    if (size > 0 && keys[size - 1] === key) {
      counts[size - 1] = (counts[size - 1] as number) + count;
      continue;
    }
    keys[size] = key;
    counts[size++] = count;
  }
  return { size, keys, counts };
}

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;
