import type { FeatureWindow } from '../features/feature-window.ts';

/** One reason for a score, in plain words: "connections to new peers: 14, usually 0 to 2". */
export interface Contribution {
  /** What is strange, as `bytes sent` or `new program`. */
  readonly feature: string;
  /** What was seen in this window. */
  readonly observed: string;
  /** What training windows had. */
  readonly usual: string;
  /** Nats of surprise: larger ones explain more of the score. */
  readonly weight: number;
}

/**
 * What was learned about the windows of one workload. First `observe` for each window, then `fit` once, then `score`.
 * A model is made of the windows, their order and the seed alone: the same ones give the same bytes.
 */
export interface Model {
  readonly kind: string;
  /** Size of what `save` gives. */
  readonly bytes: number;
  /** Learns from a window; `run` tells from which container it is. */
  observe(window: FeatureWindow, run: number): void;
  /** The end of learning. */
  fit(): void;
  /** Higher is stranger; NaN where the model has nothing to say. */
  score(window: FeatureWindow): number;
  /** The heaviest reasons first, at most so many. */
  explain(window: FeatureWindow, most: number): Contribution[];
  save(): Uint8Array;
}

/** Makes and reads models of one kind. */
export interface ModelKind {
  readonly kind: string;
  readonly version: number;
  create(options: { seed: number }): Model;
  /** @throws ModelError when the bytes are not a model of this kind and version */
  load(bytes: Uint8Array): Model;
}
