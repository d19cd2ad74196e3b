/** What is kept of one value of a `by`. */
export interface Kept {
  readonly key: string;
  /** Container whose budget it belongs to: that of the event that began it. */
  readonly owner: string;
  /** Newest time of its events, CLOCK_BOOTTIME in ns. */
  used: number;
  /** What it takes in memory, about. */
  bytes: number;
}

export interface KeyLimits {
  /** Keys of one rule on one node. */
  readonly keys: number;
  /** Of these, keys of one container. */
  readonly perOwner: number;
  /** Of all rules of one node. */
  readonly bytes: number;
}

export const DEFAULT_LIMITS: KeyLimits = { keys: 16_384, perOwner: 1024, bytes: 16 * 1024 * 1024 };

interface Owned {
  readonly owner: string;
  readonly entries: Set<Kept>;
  bytes: number;
}

/**
 * The keys of one rule on one node. Where there are too many, the longest unused of the container that has the most make
 * room, and are counted.
 */
export class KeyTable<E extends Kept> {
  readonly #limits: KeyLimits;
  /** The longest unused first. */
  readonly #entries = new Map<string, E>();
  readonly #owners = new Map<string, Owned>();
  readonly #onEvicted: () => void;
  bytes = 0;
  /** What was used last. */
  #newest: Kept | undefined;

  constructor(limits: KeyLimits, onEvicted: () => void) {
    this.#limits = limits;
    this.#onEvicted = onEvicted;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): E | undefined {
    return this.#entries.get(key);
  }

  values(): IterableIterator<E> {
    return this.#entries.values();
  }

  add(entry: E): void {
    this.#entries.set(entry.key, entry);
    this.#newest = entry;
    const owned = this.#owners.get(entry.owner) ?? this.#addOwner(entry.owner);
    owned.entries.add(entry);
    owned.bytes += entry.bytes;
    this.bytes += entry.bytes;
    if (owned.entries.size > this.#limits.perOwner) this.#evict(owned);
    if (this.#entries.size > this.#limits.keys) this.#evict(this.largest(({ entries }) => entries.size));
  }

  /** Notes that an entry was used and what it takes by now. */
  touch(entry: E, time: number, bytes: number): void {
    if (time > entry.used) entry.used = time;
    if (entry === this.#newest && entry.bytes === bytes) return;
    const owned = this.#owners.get(entry.owner);
    if (!owned) return;
    if (entry !== this.#newest) {
      if (!this.#entries.delete(entry.key)) return;
      this.#entries.set(entry.key, entry);
      owned.entries.delete(entry);
      owned.entries.add(entry);
      this.#newest = entry;
    }
    owned.bytes += bytes - entry.bytes;
    this.bytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  delete(entry: Kept): void {
    const owned = this.#owners.get(entry.owner);
    if (!owned?.entries.delete(entry)) return;
    if (entry === this.#newest) this.#newest = undefined;
    this.#entries.delete(entry.key);
    owned.bytes -= entry.bytes;
    this.bytes -= entry.bytes;
    if (owned.entries.size === 0) this.#owners.delete(entry.owner);
  }

  /** Forgets what was used last before a time. */
  expire(before: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.used >= before) return;
      this.delete(entry);
    }
  }

  /** The container that has the most; of equals always the same, so that a replay finds the same. */
  largest(measure: (owned: Owned) => number): Owned | undefined {
    let found: Owned | undefined;
    for (const owned of this.#owners.values()) {
      const more = found ? measure(owned) - measure(found) : 1;
      if (more > 0 || (more === 0 && found && owned.owner < found.owner)) found = owned;
    }
    return found;
  }

  /** Makes an eighth of what a container has go, so that a flood does not pay for the search with every key. */
  evictFrom(owned: Owned): void {
    for (let left = Math.ceil(owned.entries.size / 8); left > 0; left--) this.#evict(owned);
  }

  #evict(owned: Owned | undefined): void {
    for (const entry of owned?.entries ?? []) {
      this.delete(entry);
      this.#onEvicted();
      return;
    }
  }

  #addOwner(owner: string): Owned {
    const owned = { owner, entries: new Set<Kept>(), bytes: 0 };
    this.#owners.set(owner, owned);
    return owned;
  }
}

/** Brings the tables of a node below their common limit: the container that takes the most in one of them makes room. */
export function keepWithin(
  limit: number,
  all: readonly Pick<KeyTable<Kept>, 'bytes' | 'largest' | 'evictFrom'>[],
): void {
  while (all.reduce((sum, { bytes }) => sum + bytes, 0) > limit) {
    let chosen: Pick<KeyTable<Kept>, 'evictFrom'> | undefined;
    let most: Owned | undefined;
    for (const table of all) {
      const owned = table.largest(({ bytes }) => bytes);
      if (owned && owned.bytes > (most?.bytes ?? -1)) [chosen, most] = [table, owned];
    }
    if (!chosen || !most) return;
    chosen.evictFrom(most);
  }
}
