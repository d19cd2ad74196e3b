import type { Sample } from './sample.ts';

/** What an algorithm looks at. */
export type Input = 'counts' | 'windows' | 'sequences';

/** What was learned. */
export interface Fitted {
  /** Size of what would have to be kept to score later. */
  readonly bytes: number;
  /** Higher is stranger; NaN where nothing can be said. */
  score(samples: readonly Sample[]): Float64Array | Promise<Float64Array>;
  /** What fitting and the last scoring took, where the wall clock would count something else too. */
  readonly times?: { readonly fitMs: number; readonly scoreMs: number } | undefined;
}

/** One way to tell strange work from ordinary work. */
export interface Algorithm {
  readonly name: string;
  /** Where it is described. */
  readonly paper: string;
  readonly input: Input;
  /** Scores mean the same for every workload, as chances do; others are put on one scale by what calibration samples have. */
  readonly isComparable?: boolean;
  /** Minutes of work: left out of quick runs. */
  readonly slow?: boolean;
  /** Learns from ordinary work alone. */
  fit(train: readonly Sample[], seed: number): Fitted | Promise<Fitted>;
}
