/** Most pairs of a saved model. */
export const MAX_PAIRS = 8192;
/** Steps of saved nats: 1/1024. */
const STEPS = 1024;
const HIGHEST = 0xffff;

export const roundNats = (nats: number): number => Math.min(HIGHEST, Math.round(nats * STEPS)) / STEPS;
export const stepsOf = (nats: number): number => Math.round(nats * STEPS);
export const natsOf = (steps: number): number => steps / STEPS;

/** Surprise of every pair that training had, and what is needed for the others. */
export interface PairTable {
  /** previous << 16 | next, ascending. */
  readonly pairs: Uint32Array;
  /** Nats of each. */
  readonly nats: Float32Array;
  /** Previous calls, ascending, and the nats that an unseen next one costs beside its own. */
  readonly previous: Uint32Array;
  readonly unseen: Float32Array;
  /** Next calls, ascending, and their nats whatever came before. */
  readonly next: Uint32Array;
  readonly alone: Float32Array;
  /** Nats of a next call that was never seen. */
  readonly never: number;
  /** Mean surprise of windows of training. */
  readonly mean: number;
  /** Pairs that found no room. */
  readonly dropped: number;
}

/** Many equal pairs count less than each for itself, by a power of 3/4: loops repeat. */
export const damped = (count: number): number => Math.sqrt(count * Math.sqrt(count));
