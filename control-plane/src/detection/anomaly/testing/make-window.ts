import type { EventPosition } from '../../../types.ts';
import type { CountTable, FeatureWindow, WindowSeconds } from '../features/feature-window.ts';
import { SCALARS, Scalar, type ScalarName } from '../features/scalars.ts';

/** What a made window says; all else is 0 or empty. */
export interface WindowFacts {
  readonly seconds?: WindowSeconds;
  /** CLOCK_BOOTTIME in ms. */
  readonly from?: number;
  readonly scalars?: Partial<Record<ScalarName, number>>;
  /** By number of the system call. */
  readonly syscalls?: Readonly<Record<number, number>>;
  /** Counts by pair of numbers. */
  readonly bigrams?: readonly (readonly [previous: number, next: number, count: number])[];
  readonly tokens?: Readonly<Record<string, number>>;
  readonly flags?: number;
  readonly first?: EventPosition;
  readonly last?: EventPosition;
}

/** A window for tests, made by hand. */
export function makeWindow(facts: WindowFacts = {}): FeatureWindow {
  const { seconds = 10, from = 0 } = facts;
  const scalars = new Float64Array(SCALARS.length);
  for (const [name, value] of Object.entries(facts.scalars ?? {})) scalars[Scalar[name as ScalarName]] = value;
  return {
    seconds,
    from,
    to: from + seconds * 1000,
    scalars,
    syscalls: makeTable(Object.entries(facts.syscalls ?? {}).map(([number, count]) => [Number(number), count])),
    bigrams: makeTable(
      (facts.bigrams ?? []).map(([previous, next, count]) => [((previous << 16) | next) >>> 0, count]),
    ),
    tokens: new Map(Object.entries(facts.tokens ?? {})),
    flags: facts.flags ?? 0,
    first: facts.first,
    last: facts.last,
  };
}

/** A table of counts by number, in any order. */
export function makeTable(pairs: readonly (readonly [key: number, count: number])[]): CountTable {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  return {
    size: sorted.length,
    keys: Uint32Array.from(sorted, ([key]) => key),
    counts: Float64Array.from(sorted, ([, count]) => count),
  };
}
