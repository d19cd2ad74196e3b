import type { Refusal } from './hygiene.ts';

/** What a material holds. Times are ms since 1970, 0 when there is none yet. */
export interface MaterialStats {
  /** Windows of 10 s and of 60 s that were learned from, and those of them that are kept whole. */
  readonly windows: number;
  readonly windows60: number;
  readonly kept: number;
  readonly kept60: number;
  /** Containers that windows came from, those of them that were seen to start, and those seen from start to stop. */
  readonly runs: number;
  readonly startsSeen: number;
  readonly completeRuns: number;
  /** Windows of 10 s that a container has in a day: fewer than 8640 where it rests and has none. */
  readonly windowsPerDay: number;
  /** Different hours that kept windows came from. */
  readonly hours: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly tokens: number;
  /** Sightings of tokens that found no room. */
  readonly tokensRefused: number;
  readonly bigrams: number;
  readonly bigramsRefused: number;
  /** Windows that nothing was learned from, by reason. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  /** Strange things that are remembered, and those of them that came often enough to be learned. */
  readonly quarantined: number;
  readonly released: number;
}
