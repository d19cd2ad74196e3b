import type { FeatureWindow } from '../../control-plane/src/detection/anomaly/features/feature-window.ts';

/** One thing to score: a whole trace, or one window of a container. */
export interface Sample {
  /** Container or trace it is from: nothing of one run is both learned from and tested with. */
  readonly run: string;
  /** What it is an instance of: each has a model of its own. */
  readonly workload: string;
  /** What was done; undefined for ordinary work. */
  readonly attack: string | undefined;
  readonly window: FeatureWindow;
  /** System calls in order, where the data has them. */
  readonly sequence: Uint16Array | undefined;
}

/** Samples for one comparison, already apart. */
export interface Split {
  /** Ordinary work to learn from. */
  readonly train: readonly Sample[];
  /** Ordinary work of other runs to choose thresholds with. */
  readonly calibration: readonly Sample[];
  /** Ordinary work and attacks of other runs again. */
  readonly test: readonly Sample[];
}

/** One set of data; `split` may differ by seed. */
export interface Dataset {
  readonly name: string;
  /** What it is, where from, what was left out: lines for the report. */
  readonly notes: readonly string[];
  /** Whether samples carry sequences. */
  readonly sequences: boolean;
  split(seed: number): Split;
}
