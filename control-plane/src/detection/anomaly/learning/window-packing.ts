import type { CountTable, FeatureWindow, WindowSeconds } from '../features/feature-window.ts';
import { SCALARS } from '../features/scalars.ts';
import { BASELINE_CLASS } from '../profiles/token-classes.ts';
import type { BigramTable } from './bigram-table.ts';
import { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { packCount, unpackCount } from './log-count.ts';
import { grown } from './reservoir-shares.ts';
import type { TokenTable } from './token-table.ts';

/** What packed windows refer to by number. */
export interface Dictionary {
  readonly tokens: TokenTable;
  readonly bigrams: BigramTable;
}

/** The container of a window that is learned from, and when it ended, ms since 1970. */
export interface Sighting {
  readonly run: number;
  readonly at: number;
}

const packer = new BytePacker();
/** Counts of one kind by key, one more than their byte; 0 where there is none. */
let noted = new Uint16Array(4096);
let size = 0;
let last = 0;
/** Tokens of rules with a baseline are learned, and are no part of what models look at. */
const BASELINE = `${BASELINE_CLASS}:`;

/**
 * A window in some hundred bytes. Scalars keep eight significant bits, counts come back within 3.6 %; pairs and tokens that
 * the dictionary has no room for are left out.
 * @param seen given, the dictionary counts tokens and pairs, and takes in those that are new
 * @returns a view, good until the next window is packed
 */
export function packWindow(window: FeatureWindow, dictionary: Dictionary, seen?: Sighting): Uint8Array {
  packer.clear();
  packer.byte(window.flags);
  putScalars(window.scalars);
  putTable(window.syscalls);
  noteBigrams(window.bigrams, dictionary.bigrams, seen !== undefined);
  putNoted();
  noteTokens(window.tokens, dictionary.tokens, seen);
  putNoted();
  return packer.view();
}

function putScalars(scalars: Float64Array): void {
  let filled = 0;
  for (let i = 0; i < scalars.length; i++) if (scalars[i] !== 0) filled++;
  packer.whole(filled);
  let before = 0;
  for (let i = 0; i < scalars.length; i++) {
    if (scalars[i] === 0) continue;
    packer.whole(i - before);
    packer.rough(scalars[i] as number);
    before = i;
  }
}

/** Keys are ascending, and may be any number. */
function putTable({ size: entries, keys, counts }: CountTable): void {
  packer.whole(entries);
  let before = 0;
  for (let i = 0; i < entries; i++) {
    const key = keys[i] as number;
    packer.whole(key - before);
    packer.byte(packCount(counts[i] as number));
    before = key;
  }
}

function noteBigrams({ size: pairs, keys, counts }: CountTable, bigrams: BigramTable, isSeen: boolean): void {
  for (let i = 0; i < pairs; i++) {
    const [pair, count] = [keys[i] as number, counts[i] as number];
    const id = isSeen ? bigrams.see(pair, count) : bigrams.idOf(pair);
    if (id !== undefined) note(id, count);
  }
}

function noteTokens(counts: ReadonlyMap<string, number>, tokens: TokenTable, seen: Sighting | undefined): void {
  for (const [token, count] of counts) {
    const id = seen ? tokens.see(token, seen.run, seen.at) : tokens.idOf(token);
    if (id !== undefined && !token.startsWith(BASELINE)) note(id, count);
  }
}

function note(key: number, count: number): void {
  if (key >= noted.length) noted = grown(noted, new Uint16Array(2 * key));
  if (noted[key] === 0) size++;
  noted[key] = packCount(count) + 1;
  if (key > last) last = key;
}

/** Writes what was noted, by key. */
function putNoted(): void {
  packer.whole(size);
  let before = 0;
  for (let key = 0, left = size; left > 0 && key <= last; key++) {
    const count = noted[key] as number;
    if (count === 0) continue;
    noted[key] = 0;
    packer.whole(key - before);
    packer.byte(count - 1);
    before = key;
    left--;
  }
  size = 0;
  last = 0;
}

type Pair = readonly [key: number, count: number];

/**
 * @param seconds length of the window
 * @param from its begin, CLOCK_BOOTTIME in ms
 * @throws RangeError when the bytes are cut off or refer to what is not in the dictionary
 */
export function unpackWindow(
  packed: Uint8Array,
  seconds: WindowSeconds,
  from: number,
  { tokens, bigrams }: Dictionary,
): FeatureWindow {
  const bytes = new ByteUnpacker(packed);
  const flags = bytes.byte();
  const scalars = takeScalars(bytes);
  const syscalls = tableOf(takePairs(bytes));
  const pairs = takePairs(bytes).map(([id, count]): Pair => [known(bigrams.pairOf(id)), count]);
  const named = takePairs(bytes).map(([id, count]) => [known(tokens.textOf(id)), count] as const);
  if (!bytes.isAtEnd) throw new RangeError('bytes are left over');
  return {
    ...{ seconds, from, to: from + seconds * 1000, scalars, syscalls, flags, first: undefined, last: undefined },
    bigrams: tableOf(pairs.sort(([a], [b]) => a - b)),
    tokens: new Map(named.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function takeScalars(bytes: ByteUnpacker): Float64Array {
  const scalars = new Float64Array(SCALARS.length);
  let at = 0;
  for (let left = bytes.count(); left > 0; left--) {
    at += bytes.whole();
    const value = bytes.rough();
    // of a scalar that this version does not know: left out
    if (at < scalars.length) scalars[at] = value;
  }
  return scalars;
}

function takePairs(bytes: ByteUnpacker): Pair[] {
  const pairs: Pair[] = [];
  let key = 0;
  for (let left = bytes.count(); left > 0; left--) {
    key += bytes.whole();
    pairs.push([key, unpackCount(bytes.byte())]);
  }
  return pairs;
}

const tableOf = (pairs: readonly Pair[]): CountTable => ({
  size: pairs.length,
  keys: Uint32Array.from(pairs, ([key]) => key),
  counts: Float64Array.from(pairs, ([, count]) => count),
});

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('a number is not in the dictionary');
  return value;
}
