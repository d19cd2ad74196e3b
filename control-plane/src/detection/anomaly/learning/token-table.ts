import { classOf, type TokenStat } from '../profiles/token-stat.ts';
import type { BytePacker, ByteUnpacker } from './byte-packer.ts';

/** What was seen of a token, and in how many different hours of one partition at most. */
export interface LearnedToken extends TokenStat {
  readonly hours: number;
}

interface Entry {
  windows: number;
  /** Containers 0 to 31 and 32 to 63, a bit each. */
  low: number;
  high: number;
  /** Containers beyond these: counted whenever another one than the last of them has it. */
  more: number;
  lastMore: number;
  /** Containers of materials that were merged in. */
  others: number;
  hours: number;
  lastHour: number;
  /** Seconds since 1970. */
  first: number;
  last: number;
}

const MS_PER_HOUR = 3_600_000;
/** Bits that tell containers apart exactly. */
const EXACT_RUNS = 64;

export interface TokenBounds {
  readonly tokens: number;
  /** Of all texts together. */
  readonly textBytes: number;
}

const BOUNDS: TokenBounds = { tokens: 4096, textBytes: 112 * 1024 };
/** Share of the room that tokens of one class may take: names that one program makes up must not push out all else. */
const CLASS_SHARE = 0.4;

/** Tokens by number, and in how many windows and containers each came. Bounded: what finds no room is counted. */
export class TokenTable {
  readonly #bounds: TokenBounds;
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #entries: Entry[] = [];
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
    return this.#textBytes + this.#texts.length * 160;
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
    else this.#count(this.#entries[id] as Entry, run, at);
    return id;
  }

  #count(entry: Entry, run: number, at: number): void {
    const hour = Math.floor(at / MS_PER_HOUR);
    const seconds = Math.floor(at / 1000);
    entry.windows++;
    if (run < 32) entry.low |= 1 << run;
    else if (run < EXACT_RUNS) entry.high |= 1 << (run - 32);
    else if (run !== entry.lastMore) {
      entry.more++;
      entry.lastMore = run;
    }
    if (hour > entry.lastHour) {
      entry.hours++;
      entry.lastHour = hour;
    }
    if (seconds < entry.first) entry.first = seconds;
    if (seconds > entry.last) entry.last = seconds;
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
    return this.#put(token, { ...NOTHING, first: seconds, last: seconds });
  }

  #put(token: string, entry: Entry): number {
    const id = this.#texts.length;
    this.#ids.set(token, id);
    this.#texts.push(token);
    this.#entries.push(entry);
    return id;
  }

  /** Adds what another one has seen of other containers; no bounds hold then. */
  merge(other: TokenTable): void {
    for (const [id, token] of other.#texts.entries()) {
      const theirs = other.#entries[id] as Entry;
      const mine = this.#entries[this.#ids.get(token) ?? this.#put(token, { ...NOTHING, ...span(theirs) })] as Entry;
      mine.windows += theirs.windows;
      mine.others += runsOf(theirs);
      mine.hours = Math.max(mine.hours, theirs.hours);
      mine.lastHour = Math.max(mine.lastHour, theirs.lastHour);
      mine.first = Math.min(mine.first, theirs.first);
      mine.last = Math.max(mine.last, theirs.last);
    }
    this.refused += other.refused;
  }

  /** In the order of their texts. */
  stats(): LearnedToken[] {
    const all = this.#texts.map((token, id) => statOf(token, this.#entries[id] as Entry));
    return all.sort((a, b) => (a.token < b.token ? -1 : 1));
  }

  write(out: BytePacker): void {
    out.whole(this.#texts.length);
    out.whole(this.refused);
    for (const [id, token] of this.#texts.entries()) {
      const entry = this.#entries[id] as Entry;
      out.text(token);
      for (const name of FIELDS) out.whole(entry[name] >>> 0);
    }
  }

  /** @throws RangeError when the bytes are cut off */
  static read(bytes: ByteUnpacker): TokenTable {
    const table = new TokenTable();
    const size = bytes.count();
    table.refused = bytes.whole();
    for (let i = 0; i < size; i++) {
      const token = bytes.text();
      const entry = { ...NOTHING };
      for (const name of FIELDS) entry[name] = bytes.whole();
      entry.low |= 0;
      entry.high |= 0;
      if (table.#ids.has(token)) throw new RangeError('a token comes twice');
      const length = Buffer.byteLength(token);
      const letter = classOf(token);
      table.#textBytes += length;
      table.#classText.set(letter, (table.#classText.get(letter) ?? 0) + length);
      table.#put(token, entry);
    }
    return table;
  }
}

const NOTHING: Entry = {
  ...{ windows: 0, low: 0, high: 0, more: 0, lastMore: 0, others: 0, hours: 0, lastHour: 0, first: 0, last: 0 },
};
const FIELDS = Object.keys(NOTHING) as (keyof Entry)[];

const span = ({ first, last }: Entry) => ({ first, last });

const runsOf = ({ low, high, more, others }: Entry): number => bits(low) + bits(high) + more + others;

const statOf = (token: string, entry: Entry): LearnedToken => ({
  token,
  windows: entry.windows,
  runs: runsOf(entry),
  hours: entry.hours,
  firstSeen: entry.first * 1000,
  lastSeen: entry.last * 1000,
});

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
