import type { BytePacker, ByteUnpacker } from './byte-packer.ts';

const MOST = 4096;

/** Pairs of system calls by number, and how often each came. Bounded: what finds no room is counted. */
export class BigramTable {
  readonly #ids = new Map<number, number>();
  readonly #pairs: number[] = [];
  readonly #counts: number[] = [];
  refused = 0;

  get size(): number {
    return this.#pairs.length;
  }

  get bytes(): number {
    return this.#pairs.length * 48;
  }

  idOf(pair: number): number | undefined {
    return this.#ids.get(pair);
  }

  pairOf(id: number): number | undefined {
    return this.#pairs[id];
  }

  see(pair: number, count: number): void {
    const id = this.#ids.get(pair) ?? (this.#pairs.length < MOST ? this.#put(pair) : undefined);
    if (id === undefined) this.refused += count;
    else this.#counts[id] = (this.#counts[id] ?? 0) + count;
  }

  #put(pair: number): number {
    const id = this.#pairs.length;
    this.#ids.set(pair, id);
    this.#pairs.push(pair);
    this.#counts.push(0);
    return id;
  }

  /** Adds the counts of another one; no bound holds then. */
  merge(other: BigramTable): void {
    for (const [id, pair] of other.#pairs.entries()) {
      const mine = this.#ids.get(pair) ?? this.#put(pair);
      this.#counts[mine] = (this.#counts[mine] ?? 0) + (other.#counts[id] ?? 0);
    }
    this.refused += other.refused;
  }

  /** Pairs and their counts, ascending. */
  counts(): (readonly [pair: number, count: number])[] {
    return this.#pairs.map((pair, id) => [pair, this.#counts[id] ?? 0] as const).sort(([a], [b]) => a - b);
  }

  write(out: BytePacker): void {
    out.whole(this.#pairs.length);
    out.whole(this.refused);
    for (const [id, pair] of this.#pairs.entries()) {
      out.whole(pair);
      out.whole(this.#counts[id] ?? 0);
    }
  }

  static read(bytes: ByteUnpacker): BigramTable {
    const table = new BigramTable();
    const size = bytes.count();
    table.refused = bytes.whole();
    for (let i = 0; i < size; i++) {
      table.#put(bytes.whole());
      table.#counts[i] = bytes.whole();
    }
    return table;
  }
}
