import type { EventPosition } from '../../../types.ts';

/** Counts by number: the first `size` entries of both, keys ascending. */
export interface CountTable {
  readonly size: number;
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
}

/** Events were lost in it, of the container or of its node: absence says nothing, and nothing is learned from it. */
export const WINDOW_LOSS = 1;
/** Metadata of the container was not complete. */
export const WINDOW_PARTIAL = 2;
/** The container began in it. */
export const WINDOW_FIRST = 4;
/** The container ended in it. */
export const WINDOW_LAST = 8;
/** An incident of the container was open; set by who knows of incidents. */
export const WINDOW_INCIDENT = 16;
/** More distinct tokens, system calls or pairs came than a window keeps; `tokens_dropped` counts those left out. */
export const WINDOW_TOKENS_FULL = 32;
/** Learning is switched off for it; set by who decides that. */
export const WINDOW_LEARNING_OFF = 64;

/** Lengths of windows in seconds. */
export type WindowSeconds = 1 | 10 | 60;

/** What one container did in one stretch of time, as numbers and words that models take. */
export interface FeatureWindow {
  readonly seconds: WindowSeconds;
  /** CLOCK_BOOTTIME in ms, a multiple of the length. */
  readonly from: number;
  readonly to: number;
  /** By index of `SCALARS`. */
  readonly scalars: Float64Array;
  /** System call number -> count. */
  readonly syscalls: CountTable;
  /** previous << 16 | next -> count, by thread. */
  readonly bigrams: CountTable;
  /** `<class>:<text>` -> count, see docs/behaviour-features.md. */
  readonly tokens: ReadonlyMap<string, number>;
  /** WINDOW_* bits. */
  readonly flags: number;
  /** The events it was made of; undefined when it is made of none. */
  readonly first: EventPosition | undefined;
  readonly last: EventPosition | undefined;
}

export const EMPTY_TABLE: CountTable = { size: 0, keys: new Uint32Array(0), counts: new Float64Array(0) };
