import { type KnownTokens, seenOf } from '../known-tokens.ts';
import type { Seen } from '../seen.ts';
import { MAX_TEXT, MAX_TOKENS } from './token-book.ts';

/** Adds what is known of tokens to what a sample of windows shows of them, as far as there is room; in the order of their texts. */
export function withKnown(seen: ReadonlyMap<string, Seen>, all: Seen, known: KnownTokens): ReadonlyMap<string, Seen> {
  if (all.windows === 0) return seen;
  const found = new Map(seen);
  let room = MAX_TEXT - [...seen.keys()].reduce((sum, token) => sum + Buffer.byteLength(token), 0);
  const mostFirst = known.tokens.toSorted((a, b) => b.windows - a.windows || (a.token < b.token ? -1 : 1));
  for (const one of mostFirst) {
    const sampled = seen.get(one.token);
    if (!sampled) {
      const bytes = Buffer.byteLength(one.token);
      if (found.size >= MAX_TOKENS || bytes > room) continue;
      room -= bytes;
    }
    found.set(one.token, seenOf(one, known, all, sampled));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
