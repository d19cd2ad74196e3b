import type { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { grown } from './reservoir-shares.ts';

const MOST = 4096;
const EMPTY = 0xffffffff;
/** 2^32 by the golden ratio: neighbours lie far apart. */
const SPREAD = 0x9e3779b1;

/** Pairs of system calls by number, and how often each came. Bounded: what finds no room is counted. */
export class BigramTable {
  /** Columns by number. */
  #pairs = new Uint32Array(32);
  #counts = new Float64Array(32);
  #size = 0;
  /** Numbers by hash, open addressing, at most half full; its length is a power of two. */
  #numbers = new Uint32Array(64).fill(EMPTY);
  refused = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#pairs.length * 12 + this.#numbers.length * 4;
  }

  idOf(pair: number): number | undefined {
    const id = this.#numbers[this.#placeOf(pair)];
    return id === EMPTY ? undefined : id;
  }

  pairOf(id: number): number | undefined {
    return id < this.#size ? this.#pairs[id] : undefined;
  }

  /** @returns its number, undefined when there is no room */
  see(pair: number, count: number): number | undefined {
    const id = this.idOf(pair) ?? (this.#size < MOST ? this.#put(pair) : undefined);
    if (id === undefined) this.refused += count;
    else this.#counts[id] = (this.#counts[id] as number) + count;
    return id;
  }

  /** Where the number of a pair lies, or where it would. */
  #placeOf(pair: number): number {
    const mask = this.#numbers.length - 1;
    let place = (Math.imul(pair, SPREAD) >>> 12) & mask;
    for (;;) {
      const id = this.#numbers[place] as number;
      if (id === EMPTY || this.#pairs[id] === pair) return place;
      place = (place + 1) & mask;
    }
  }

  #put(pair: number): number {
    if (this.#size === this.#pairs.length) this.#grow();
    const id = this.#size++;
    this.#pairs[id] = pair;
    this.#counts[id] = 0;
    this.#numbers[this.#placeOf(pair)] = id;
    return id;
  }

  #grow(): void {
    this.#pairs = grown(this.#pairs, new Uint32Array(2 * this.#size));
    this.#counts = grown(this.#counts, new Float64Array(2 * this.#size));
    this.#numbers = new Uint32Array(4 * this.#size).fill(EMPTY);
    for (let id = 0; id < this.#size; id++) this.#numbers[this.#placeOf(this.#pairs[id] as number)] = id;
  }

  /** Adds the counts of another one; no bound holds then. */
  merge(other: BigramTable): void {
    for (const [pair, count] of other.#all()) {
      const mine = this.idOf(pair) ?? this.#put(pair);
      this.#counts[mine] = (this.#counts[mine] as number) + count;
    }
    this.refused += other.refused;
  }

  #all(): (readonly [pair: number, count: number])[] {
    return Array.from({ length: this.#size }, (_, id) => [this.#pairs[id] as number, this.#counts[id] as number]);
  }

  /** Pairs and their counts, ascending. */
  counts(): (readonly [pair: number, count: number])[] {
    return this.#all().sort(([a], [b]) => a - b);
  }

  write(out: BytePacker): void {
    out.whole(this.#size);
    out.whole(this.refused);
    for (const [pair, count] of this.#all()) {
      out.whole(pair);
      out.whole(count);
    }
  }

  /** @throws RangeError when the bytes are cut off or no table */
  static read(bytes: ByteUnpacker): BigramTable {
    const table = new BigramTable();
    const size = bytes.count();
    table.refused = bytes.whole();
    for (let i = 0; i < size; i++) {
      const pair = bytes.whole();
      if (pair >= EMPTY || table.idOf(pair) !== undefined)
        throw new RangeError('a pair of calls is none or comes twice');
      // the column may be another one behind `put`
      const id = table.#put(pair);
      table.#counts[id] = bytes.whole();
    }
    return table;
  }
}
