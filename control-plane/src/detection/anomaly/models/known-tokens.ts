import type { Seen } from './seen.ts';

/** What was counted of a token over all windows of learning. */
export interface KnownToken {
  readonly token: string;
  readonly windows: number;
  readonly runs: number;
}

/**
 * Tokens of all windows that were learned from, of which those at hand are a sample: what comes once an hour may be in none
 * of the sample, and yet is not new.
 */
export interface KnownTokens {
  /** Windows and containers that were counted. */
  readonly windows: number;
  readonly runs: number;
  readonly tokens: readonly KnownToken[];
}

/** Where a token was, as if the sample had its share of it; never less than the sample itself shows. */
export function seenOf(one: KnownToken, known: KnownTokens, all: Seen, sampled?: Seen): Seen {
  const scaled = (part: number, of: number, size: number) =>
    Math.min(size, Math.max(1, Math.round((size * part) / Math.max(1, of))));
  return {
    windows: Math.max(sampled?.windows ?? 0, scaled(one.windows, known.windows, all.windows)),
    groups: Math.max(sampled?.groups ?? 0, scaled(one.runs, known.runs, all.groups)),
  };
}
