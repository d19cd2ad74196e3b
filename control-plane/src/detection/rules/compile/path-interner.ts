/** Multiplier of Fibonacci hashing, 2^32 divided by the golden ratio. */
const GOLDEN = 0x9e3779b1;
const MAX_PROBES = 16;
/** Hash; length and access in one number; where the path begins in the arena; verdict. */
const CELLS = 4;
const [SHAPE, BEGIN, VERDICT] = [1, 2, 3];

export interface PathInternerOptions {
  /** Entries kept at most. */
  readonly maxEntries: number;
  /** Bytes of paths kept at most. */
  readonly maxBytes: number;
  /** Start of the hash; another one in every process, so that nobody can prepare paths that collide. */
  readonly seed: number;
}

/**
 * A bounded table of (path, access) with a verdict for each. Works on the words of the record: no text is decoded. When it
 * is full it forgets everything and starts again, so paths made up by an attacker cost time but no memory.
 */
export class PathInterner {
  /** How often the table was full. */
  clears = 0;
  readonly #options: PathInternerOptions;
  /** Entry + 1 by hash; 0 is free. At most half of it is used. */
  readonly #table: Uint32Array;
  readonly #mask: number;
  /** Four words an entry, side by side because they are looked at together: see the places below. */
  readonly #cells: Uint32Array;
  readonly #arena: Uint32Array;
  #entries = 0;
  #arenaEnd = 0;

  constructor(options: PathInternerOptions) {
    this.#options = options;
    const size = 2 ** Math.ceil(Math.log2(options.maxEntries * 2));
    this.#table = new Uint32Array(size);
    this.#mask = size - 1;
    this.#cells = new Uint32Array(options.maxEntries * CELLS);
    this.#arena = new Uint32Array(options.maxBytes >> 2);
  }

  get entries(): number {
    return this.#entries;
  }

  /** 0 for a new entry. The user of the table gives the rest a meaning. */
  verdict(entry: number): number {
    return this.#cells[entry * CELLS + VERDICT] as number;
  }

  setVerdict(entry: number, verdict: number): void {
    this.#cells[entry * CELLS + VERDICT] = verdict;
  }

  /**
   * The entry of a path, made when it is new. `words` holds the path from the word `from` on, `length` bytes of it.
   * @returns the entry; -1 when it found no place among its neighbours
   */
  find(words: Uint32Array, from: number, length: number, access: number): number {
    const whole = length >> 2;
    const tail = tailMask(length);
    const shape = ((length << 6) | access) >>> 0;
    let hash = this.#options.seed ^ shape;
    // two chains, because each step of one waits for the step before it
    let other = ~hash;
    const end = from + whole;
    for (let i = from; i + 1 < end; i += 2) {
      hash = Math.imul(hash ^ (words[i] as number), GOLDEN);
      other = Math.imul(other ^ (words[i + 1] as number), GOLDEN);
      hash ^= hash >>> 15;
      other ^= other >>> 15;
    }
    if ((whole & 1) !== 0) hash = Math.imul(hash ^ (words[end - 1] as number), GOLDEN);
    hash = Math.imul(hash ^ (hash >>> 15), GOLDEN) ^ other;
    if (tail !== 0) hash = Math.imul(hash ^ ((words[from + whole] as number) & tail), GOLDEN);
    hash = Math.imul(hash ^ (hash >>> 16), GOLDEN);
    hash = (hash ^ (hash >>> 13)) >>> 0;
    const cells = this.#cells;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = (hash + probe) & this.#mask;
      const entry = (this.#table[place] as number) - 1;
      if (entry < 0) return this.#insert(place, hash, shape, words, from, length);
      const at = entry * CELLS;
      if (cells[at] !== hash || cells[at + SHAPE] !== shape) continue;
      if (this.#same(cells[at + BEGIN] as number, words, from, whole, tail)) return entry;
    }
    return -1;
  }

  #same(begin: number, words: Uint32Array, from: number, whole: number, tail: number): boolean {
    const arena = this.#arena;
    for (let i = 0; i < whole; i++) if (arena[begin + i] !== words[from + i]) return false;
    return tail === 0 || arena[begin + whole] === ((words[from + whole] as number) & tail) >>> 0;
  }

  #insert(place: number, hash: number, shape: number, words: Uint32Array, from: number, length: number): number {
    const size = (length + 3) >> 2;
    if (this.#entries >= this.#options.maxEntries || this.#arenaEnd + size > this.#arena.length) {
      this.#clear();
      if (size > this.#arena.length) return -1;
    }
    const entry = this.#entries++;
    const begin = this.#arenaEnd;
    for (let i = 0; i < size; i++) this.#arena[begin + i] = words[from + i] as number;
    const tail = tailMask(length);
    if (tail !== 0) this.#arena[begin + size - 1] = (words[from + size - 1] as number) & tail;
    this.#arenaEnd += size;
    this.#table[place] = entry + 1;
    this.#cells.set([hash, shape, begin, 0], entry * CELLS);
    return entry;
  }

  #clear(): void {
    this.#table.fill(0);
    this.#entries = 0;
    this.#arenaEnd = 0;
    this.clears++;
  }
}

/** Which bytes of the last, incomplete word belong to the path; 0 when there is no such word. Little-endian. */
const tailMask = (length: number): number => ((length & 3) === 0 ? 0 : (1 << ((length & 3) * 8)) - 1);
