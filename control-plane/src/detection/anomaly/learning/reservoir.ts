import { ByteArena } from './byte-arena.ts';

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

interface Slot {
  readonly run: number;
  readonly at: number;
  readonly from: number;
  readonly rank: number;
  readonly place: number;
  readonly length: number;
}

const SECONDS_PER_HOUR = 3600;
/** An hour that is a week older has half the share. */
const HALF_LIFE_HOURS = 168;
/** Numbers of containers stay below. */
const RUNS = 2 ** 24;

/**
 * A sample of windows in which no hour and no container can take the place of the others: each hour has an equal share,
 * newer ones a somewhat larger one, and within an hour each container. Shares that are not used up go to the others. What
 * stays depends on the set of windows alone, not on the order in which they came, as long as no bytes are short: two
 * samples that are put together are the sample of all.
 */
export class Reservoir {
  readonly #capacity: number;
  readonly #byteLimit: number;
  readonly #slots: Slot[] = [];
  readonly #hours = new Map<number, number>();
  /** Windows by hour and container. */
  readonly #cells = new Map<number, number>();
  readonly #arena = new ByteArena();

  /** @param byteLimit of all packed windows together */
  constructor(capacity: number, byteLimit: number) {
    this.#capacity = capacity;
    this.#byteLimit = byteLimit;
  }

  get size(): number {
    return this.#slots.length;
  }

  get hours(): number {
    return this.#hours.size;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#arena.capacity + this.#slots.length * 64;
  }

  /** Takes a window in and, where it is full, lets the one go that has the least claim: maybe this one. */
  add(entry: ReservoirEntry): void {
    this.put(entry);
    while (this.#slots.length > this.#capacity || this.#arena.used > this.#byteLimit) this.#drop(this.#least());
  }

  /** Takes a window in whatever the bounds say; `trim` follows. */
  put({ run, at, from, rank, bytes }: ReservoirEntry): void {
    this.#slots.push({ run, at, from, rank, place: this.#arena.add(bytes), length: bytes.length });
    this.#count(at, run, 1);
  }

  /** Lets windows go until there are no more than so many. */
  trim(size = this.#capacity): void {
    while (this.#slots.length > size) this.#drop(this.#least());
  }

  /** In the order of their end. The bytes are views, good until the next change. */
  entries(): ReservoirEntry[] {
    const sorted = [...this.#slots].sort((a, b) => a.at - b.at || a.run - b.run || a.from - b.from);
    return sorted.map(({ place, length, ...slot }) => ({ ...slot, bytes: this.#arena.view(place, length) }));
  }

  /** Numbers of the containers that windows are kept of. */
  runs(): Set<number> {
    return new Set(this.#slots.map(({ run }) => run));
  }

  #count(at: number, run: number, by: number): void {
    const hour = hourOf(at);
    add(this.#hours, hour, by);
    add(this.#cells, hour * RUNS + run, by);
  }

  #drop(index: number): void {
    const slot = this.#slots[index];
    const last = this.#slots.pop();
    if (!slot || !last) throw new RangeError('a reservoir is empty and yet too large');
    if (last !== slot) this.#slots[index] = last;
    this.#arena.free(slot.length);
    this.#count(slot.at, slot.run, -1);
    if (this.#arena.isSparse) this.#compact();
  }

  #compact(): void {
    const places = this.#arena.compact(this.#slots);
    for (const [i, place] of places.entries()) this.#slots[i] = { ...(this.#slots[i] as Slot), place };
  }

  /** The window with the least claim: of the hour with the most for its share, its container with the most, the highest rank. */
  #least(): number {
    const hour = this.#fullestHour();
    let least = -1;
    let most = 0;
    for (let i = 0; i < this.#slots.length; i++) {
      const slot = this.#slots[i] as Slot;
      if (hourOf(slot.at) !== hour) continue;
      const count = this.#cells.get(hour * RUNS + slot.run) ?? 0;
      if (count < most || (count === most && !ranksAbove(slot, this.#slots[least]))) continue;
      most = count;
      least = i;
    }
    return least;
  }

  #fullestHour(): number {
    let fullest = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (const [hour, count] of this.#hours) {
      const claim = Math.log2(count - 0.5) - hour / HALF_LIFE_HOURS;
      if (claim < most || (claim === most && hour > fullest)) continue;
      most = claim;
      fullest = hour;
    }
    return fullest;
  }
}

const hourOf = (at: number): number => Math.floor(at / SECONDS_PER_HOUR);

const ranksAbove = (a: Slot, b: Slot | undefined): boolean =>
  b === undefined ||
  a.rank > b.rank ||
  (a.rank === b.rank && (a.from > b.from || (a.from === b.from && a.run > b.run)));

function add(counts: Map<number, number>, key: number, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
