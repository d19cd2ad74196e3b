import type { BpfMap } from '@picket/native';
import type { SlotBigrams } from './types.ts';

/** Sizes of bpf/include/bigrams.h. */
const ENTRIES = 8192;
const ENTRY_WORDS = 2;

/** Reads and empties the kernel's tables of pairs of system calls. */
export class BigramMap {
  readonly #map: BpfMap;
  readonly #words: BigUint64Array;
  readonly #cpus: number;
  readonly #empty: Uint8Array;

  constructor(map: BpfMap) {
    this.#map = map;
    this.#cpus = map.valueBytes / (ENTRY_WORDS * 8);
    this.#words = new BigUint64Array(ENTRIES * this.#cpus * ENTRY_WORDS);
    this.#empty = new Uint8Array(map.valueBytes);
  }

  /** Takes what a table holds; the kernel must have turned to the other one before. */
  take(table: number): SlotBigrams[] {
    this.#map.lookupRange(table * ENTRIES, ENTRIES, new Uint8Array(this.#words.buffer));
    const sums = new Map<bigint, number>();
    for (let entry = 0; entry < ENTRIES; entry++) if (this.#add(entry, sums)) this.#clear(table * ENTRIES + entry);
    return byContainer(sums);
  }

  /** Adds what the processors counted in one entry; whether there was anything. */
  #add(entry: number, sums: Map<bigint, number>): boolean {
    let found = false;
    for (let cpu = 0; cpu < this.#cpus; cpu++) {
      const at = (entry * this.#cpus + cpu) * ENTRY_WORDS;
      const pair = this.#words[at] ?? 0n;
      if (pair === 0n) continue;
      sums.set(pair, (sums.get(pair) ?? 0) + Number(this.#words[at + 1]));
      found = true;
    }
    return found;
  }

  #clear(key: number): void {
    this.#map.update(new Uint8Array(Uint32Array.of(key).buffer), this.#empty);
  }
}

function byContainer(sums: ReadonlyMap<bigint, number>): SlotBigrams[] {
  const owners = new Map<bigint, [number, number][]>();
  for (const [pair, count] of sums) {
    const owner = pair >> 32n;
    const pairs = owners.get(owner) ?? [];
    pairs.push([Number(pair & 0xffff_ffffn), count]);
    owners.set(owner, pairs);
  }
  return [...owners].map(([owner, pairs]) => ({
    slot: Number(owner >> 16n),
    generation: Number(owner & 0xffffn),
    pairs,
  }));
}
