import type { CountTable, FeatureWindow, WindowSeconds } from '../features/feature-window.ts';
import { SCALARS } from '../features/scalars.ts';
import type { BigramTable } from './bigram-table.ts';
import { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { packCount, unpackCount } from './log-count.ts';
import type { TokenTable } from './token-table.ts';

/** What packed windows refer to by number. */
export interface Dictionary {
  readonly tokens: TokenTable;
  readonly bigrams: BigramTable;
}

type Pair = readonly [key: number, count: number];

const packer = new BytePacker();

/**
 * A window in some hundred bytes. Scalars keep eight significant bits, counts come back within 3.6 %; pairs and tokens that
 * the dictionary has no room for are left out.
 */
export function packWindow(window: FeatureWindow, { tokens, bigrams }: Dictionary): Uint8Array {
  packer.byte(window.flags);
  const filled = [...window.scalars.keys()].filter((i) => window.scalars[i] !== 0);
  packer.whole(filled.length);
  let before = 0;
  for (const i of filled) {
    packer.whole(i - before);
    packer.rough(window.scalars[i] ?? 0);
    before = i;
  }
  putPairs(pairsOf(window.syscalls, (number) => number));
  putPairs(pairsOf(window.bigrams, (pair) => bigrams.idOf(pair)));
  const ids: Pair[] = [];
  for (const [token, count] of window.tokens) {
    const id = tokens.idOf(token);
    if (id !== undefined) ids.push([id, count]);
  }
  putPairs(ids.sort(([a], [b]) => a - b));
  return packer.take();
}

function pairsOf({ size, keys, counts }: CountTable, idOf: (key: number) => number | undefined): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i < size; i++) {
    const id = idOf(keys[i] ?? 0);
    if (id !== undefined) pairs.push([id, counts[i] ?? 0]);
  }
  return pairs.sort(([a], [b]) => a - b);
}

function putPairs(pairs: readonly Pair[]): void {
  packer.whole(pairs.length);
  let before = 0;
  for (const [key, count] of pairs) {
    packer.whole(key - before);
    packer.byte(packCount(count));
    before = key;
  }
}

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
