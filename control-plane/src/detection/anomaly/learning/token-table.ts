import { classOf, type TokenStat } from '../profiles/token-stat.ts';
import type { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { grown } from './reservoir-shares.ts';

/** What was seen of a token, and in how many different hours of one partition at most. */
export interface LearnedToken extends TokenStat {
  readonly hours: number;
}

/** Columns of a token, each 32 bits. */
const WINDOWS = 0;
/** Containers 0 to 31 and 32 to 63, a bit each. */
const LOW = 1;
const HIGH = 2;
/** Containers beyond these: counted whenever another one than the last of them has it. */
const MORE = 3;
const LAST_MORE = 4;
/** Containers of materials that were merged in. */
const OTHERS = 5;
const HOURS = 6;
const LAST_HOUR = 7;
/** Seconds since 1970. */
const FIRST = 8;
const LAST = 9;
const COLUMNS = 10;

const MS_PER_HOUR = 3_600_000;
/** Bits that tell containers apart exactly. */
const EXACT_RUNS = 64;

export interface TokenBounds {
  readonly tokens: number;
  /** Of all texts together. */
  readonly textBytes: number;
}

/** Memory of a token beside its text and columns: the string and its place in the map, about. */
const OBJECTS = 64;
const BOUNDS: TokenBounds = { tokens: 4096, textBytes: 112 * 1024 };
/** Share of the room that tokens of one class may take: names that one program makes up must not push out all else. */
const CLASS_SHARE = 0.4;

/** Tokens by number, and in how many windows and containers each came. Bounded: what finds no room is counted. */
export class TokenTable {
  readonly #bounds: TokenBounds;
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  /** The columns of one token after those of another. */
  #facts = new Uint32Array(32 * COLUMNS);
  readonly #classText = new Map<string, number>();
  #textBytes = 0;
  refused = 0;

  constructor(bounds: TokenBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#texts.length;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#textBytes + this.#texts.length * OBJECTS + this.#facts.byteLength;
  }

  /** The number of a token, undefined for one that is not kept. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  textOf(id: number): string | undefined {
    return this.#texts[id];
  }

  /**
   * A token was in a window.
   * @param run number of the container
   * @param at ms since 1970
   * @returns its number, undefined when there is no room
   */
  see(token: string, run: number, at: number): number | undefined {
    const id = this.#ids.get(token) ?? this.#admit(token, at);
    if (id === undefined) this.refused++;
    else this.#count(id * COLUMNS, run, at);
    return id;
  }

  /** @param row where the columns of the token begin */
  #count(row: number, run: number, at: number): void {
    const facts = this.#facts;
    const hour = Math.floor(at / MS_PER_HOUR);
    const seconds = Math.floor(at / 1000);
    const fact = (column: number) => facts[row + column] as number;
    facts[row + WINDOWS] = fact(WINDOWS) + 1;
    if (run < 32) facts[row + LOW] = fact(LOW) | (1 << run);
    else if (run < EXACT_RUNS) facts[row + HIGH] = fact(HIGH) | (1 << (run - 32));
    else if (run !== fact(LAST_MORE)) {
      facts[row + MORE] = fact(MORE) + 1;
      facts[row + LAST_MORE] = run;
    }
    if (hour > fact(LAST_HOUR)) {
      facts[row + HOURS] = fact(HOURS) + 1;
      facts[row + LAST_HOUR] = hour;
    }
    if (seconds < fact(FIRST)) facts[row + FIRST] = seconds;
    if (seconds > fact(LAST)) facts[row + LAST] = seconds;
  }

  #admit(token: string, at: number): number | undefined {
    const { tokens, textBytes } = this.#bounds;
    const length = Buffer.byteLength(token);
    const letter = classOf(token);
    const ofClass = (this.#classText.get(letter) ?? 0) + length;
    if (this.#texts.length >= tokens || this.#textBytes + length > textBytes || ofClass > CLASS_SHARE * textBytes)
      return undefined;
    this.#classText.set(letter, ofClass);
    this.#textBytes += length;
    const seconds = Math.floor(at / 1000);
    return this.#put(token, seconds, seconds);
  }

  #put(token: string, first: number, last: number): number {
    const id = this.#texts.length;
    const row = id * COLUMNS;
    if (row === this.#facts.length) this.#facts = grown(this.#facts, new Uint32Array(Math.ceil(1.5 * id) * COLUMNS));
    this.#ids.set(token, id);
    this.#texts.push(token);
    this.#facts[row + FIRST] = first;
    this.#facts[row + LAST] = last;
    return id;
  }

  /** Adds what another one has seen of other containers; no bounds hold then. */
  merge(other: TokenTable): void {
    for (const [id, token] of other.#texts.entries()) {
      const theirs = other.#row(id);
      const [first, last] = [theirs[FIRST] as number, theirs[LAST] as number];
      const mine = this.#row(this.#ids.get(token) ?? this.#put(token, first, last));
      const most = (column: number) => Math.max(mine[column] as number, theirs[column] as number);
      mine[WINDOWS] = (mine[WINDOWS] as number) + (theirs[WINDOWS] as number);
      mine[OTHERS] = (mine[OTHERS] as number) + runsOf(theirs);
      mine[HOURS] = most(HOURS);
      mine[LAST_HOUR] = most(LAST_HOUR);
      mine[FIRST] = Math.min(mine[FIRST] as number, first);
      mine[LAST] = most(LAST);
    }
    this.refused += other.refused;
  }

  #row(id: number): Uint32Array {
    return this.#facts.subarray(id * COLUMNS, (id + 1) * COLUMNS);
  }

  /** In the order of their texts. */
  stats(): LearnedToken[] {
    const all = this.#texts.map((token, id) => statOf(token, this.#row(id)));
    return all.sort((a, b) => (a.token < b.token ? -1 : 1));
  }

  write(out: BytePacker): void {
    out.whole(this.#texts.length);
    out.whole(this.refused);
    for (const [id, token] of this.#texts.entries()) {
      out.text(token);
      for (const fact of this.#row(id)) out.whole(fact);
    }
  }

  /** @throws RangeError when the bytes are cut off */
  static read(bytes: ByteUnpacker): TokenTable {
    const table = new TokenTable();
    const size = bytes.count();
    table.refused = bytes.whole();
    for (let i = 0; i < size; i++) {
      const token = bytes.text();
      if (table.#ids.has(token)) throw new RangeError('a token comes twice');
      const length = Buffer.byteLength(token);
      const letter = classOf(token);
      table.#textBytes += length;
      table.#classText.set(letter, (table.#classText.get(letter) ?? 0) + length);
      const row = table.#row(table.#put(token, 0, 0));
      for (let column = 0; column < COLUMNS; column++) row[column] = bytes.whole();
    }
    return table;
  }
}

const runsOf = (row: Uint32Array): number =>
  bits(row[LOW] as number) + bits(row[HIGH] as number) + (row[MORE] as number) + (row[OTHERS] as number);

const statOf = (token: string, row: Uint32Array): LearnedToken => ({
  token,
  windows: row[WINDOWS] as number,
  runs: runsOf(row),
  hours: row[HOURS] as number,
  firstSeen: (row[FIRST] as number) * 1000,
  lastSeen: (row[LAST] as number) * 1000,
});

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
