import type { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { MOST_PIECES, PieceStore } from './piece-store.ts';
import { grown, ReservoirShares } from './reservoir-shares.ts';

/** A window of the reservoir, packed. */
export interface ReservoirEntry {
  /** Number of the container. */
  readonly run: number;
  /** When it ended, seconds since 1970. */
  readonly at: number;
  /** When it began, CLOCK_BOOTTIME in seconds. */
  readonly from: number;
  /** Drawn at random; of windows that are otherwise alike the lowest ranks stay. */
  readonly rank: number;
  readonly bytes: Uint8Array;
}

/** How many windows are kept of each container, in all reservoirs that count here. */
export type KeptRuns = Map<number, number>;

const SECONDS_PER_HOUR = 3600;
const FREE = 0xffff;

/**
 * A sample of windows in which no hour and no container can take the place of the others: each hour has an equal share,
 * newer ones a somewhat larger one, and within an hour each container. Shares that are not used up go to the others. What
 * stays depends on the set of windows alone, not on the order in which they came, as long as no bytes are short: two
 * samples that are put together are the sample of all.
 */
export class Reservoir {
  readonly #capacity: number;
  readonly #byteLimit: number;
  readonly #kept: KeptRuns;
  readonly #shares = new ReservoirShares();
  #store = new PieceStore();
  /** Columns by slot. */
  #at = new Uint32Array(16);
  #from = new Uint32Array(16);
  #rank = new Uint32Array(16);
  #cell = new Uint16Array(16).fill(FREE);
  readonly #free: number[] = [];
  /** Slots up to here were used once. */
  #slots = 0;

  /** @param byteLimit of all packed windows together, before zstd */
  constructor(capacity: number, byteLimit: number, kept: KeptRuns = new Map()) {
    this.#capacity = capacity;
    this.#byteLimit = byteLimit;
    this.#kept = kept;
  }

  get size(): number {
    return this.#slots - this.#free.length;
  }

  get hours(): number {
    return this.#shares.hours;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#store.bytes + this.#shares.bytes + this.#at.length * 14;
  }

  /** Takes a window in and, where it is full, lets the one go that has the least claim: maybe this one. */
  add(entry: ReservoirEntry): void {
    this.put(entry);
    while (this.size > this.#capacity || this.#store.used > this.#byteLimit) this.#drop(this.#least());
    this.#store.settle();
  }

  /** Takes a window in whatever the bounds say; `trim` follows. */
  put({ run, at, from, rank, bytes }: ReservoirEntry): void {
    const slot = this.#place(at, from, rank, run);
    this.#store.put(slot, bytes);
  }

  #place(at: number, from: number, rank: number, run: number): number {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#at[slot] = at;
    this.#from[slot] = from;
    this.#rank[slot] = rank;
    this.#cell[slot] = this.#shares.add(Math.floor(at / SECONDS_PER_HOUR), run);
    this.#kept.set(run, (this.#kept.get(run) ?? 0) + 1);
    return slot;
  }

  #newSlot(): number {
    if (this.#slots === MOST_PIECES) throw new RangeError('a reservoir has too many windows');
    if (this.#slots === this.#at.length) {
      const size = Math.ceil(this.#slots * 1.5);
      this.#at = grown(this.#at, new Uint32Array(size));
      this.#from = grown(this.#from, new Uint32Array(size));
      this.#rank = grown(this.#rank, new Uint32Array(size));
      this.#cell = grown(this.#cell, new Uint16Array(size).fill(FREE));
    }
    return this.#slots++;
  }

  /** Lets windows go until there are no more than so many. */
  trim(size = this.#capacity): void {
    while (this.size > size) this.#drop(this.#least());
  }

  /** In the order of their end. The bytes are views, good until the next change. */
  entries(): ReservoirEntry[] {
    return [...this.#store.all()]
      .map(([slot, bytes]) => ({ ...this.#slot(slot), bytes }))
      .sort((a, b) => a.at - b.at || a.run - b.run || a.from - b.from);
  }

  #slot(slot: number) {
    const [at, from, rank] = [this.#at[slot] as number, this.#from[slot] as number, this.#rank[slot] as number];
    return { at, from, rank, run: this.#runOf(slot) };
  }

  #runOf(slot: number): number {
    return this.#shares.runOf(this.#cell[slot] as number);
  }

  #drop(slot: number): void {
    if (slot < 0) throw new RangeError('a reservoir is empty and yet too large');
    const run = this.#runOf(slot);
    const left = (this.#kept.get(run) ?? 1) - 1;
    if (left === 0) this.#kept.delete(run);
    else this.#kept.set(run, left);
    this.#shares.drop(this.#cell[slot] as number);
    this.#cell[slot] = FREE;
    this.#free.push(slot);
    this.#store.drop(slot);
  }

  /** The window with the least claim: of the hour with the most for its share, its container with the most, the highest rank. */
  #least(): number {
    const cells = this.#shares.fullest();
    let least = -1;
    for (let slot = 0; slot < this.#slots; slot++)
      if (cells[this.#cell[slot] as number] === 1 && (least < 0 || this.#ranksAbove(slot, least))) least = slot;
    return least;
  }

  #ranksAbove(a: number, b: number): boolean {
    const by = (column: Uint32Array) => (column[a] as number) - (column[b] as number);
    return (by(this.#rank) || by(this.#from) || this.#runOf(a) - this.#runOf(b)) > 0;
  }

  /** As it lies, quickly: for a checkpoint. */
  write(out: BytePacker): void {
    out.whole(this.#slots);
    for (let slot = 0; slot < this.#slots; slot++) {
      const isFree = this.#cell[slot] === FREE;
      out.byte(isFree ? 0 : 1);
      if (isFree) continue;
      const { at, from, rank, run } = this.#slot(slot);
      for (const value of [at, from, rank, run]) out.whole(value);
    }
    this.#store.write(out);
  }

  /** Fills an empty one with what `write` wrote. @throws RangeError when the bytes are cut off */
  read(bytes: ByteUnpacker): void {
    const slots = bytes.count();
    for (let slot = 0; slot < slots; slot++)
      if (bytes.byte() === 0) this.#free.push(this.#newSlot());
      else this.#readSlot(bytes, slot);
    this.#store = PieceStore.read(bytes);
  }

  #readSlot(bytes: ByteUnpacker, slot: number): void {
    this.#newSlot();
    const [at, from, rank, run] = [bytes.whole(), bytes.whole(), bytes.whole(), bytes.whole()];
    this.#at[slot] = at;
    this.#from[slot] = from;
    this.#rank[slot] = rank;
    this.#cell[slot] = this.#shares.add(Math.floor(at / SECONDS_PER_HOUR), run);
    this.#kept.set(run, (this.#kept.get(run) ?? 0) + 1);
  }
}
