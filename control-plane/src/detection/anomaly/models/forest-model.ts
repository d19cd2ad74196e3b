import type { FeatureWindow } from '../features/feature-window.ts';
import { scaled, scaledScalar } from './amounts/scale.ts';
import type { ModelReader } from './bytes/model-reader.ts';
import { ModelWriter } from './bytes/model-writer.ts';
import { sealed, unsealed } from './bytes/sealed.ts';
import type { FlatForest } from './forest/flat-forest.ts';
import { readForest, writeForest } from './forest/forest-bytes.ts';
import { ForestScorer } from './forest/score.ts';
import { trainForest } from './forest/train.ts';
import type { Contribution, Model, ModelKind } from './model.ts';
import { ModelError } from './model-error.ts';

const KIND = 'forest';
const VERSION = 1;
/** Columns behind the scalars: system calls by number, larger numbers in the last one. */
const CALLS = 512;
const MAX_SCALARS = 1024;

/**
 * An isolation forest over log(1 + value) of all scalars and counts of system calls. What never varied in training is never
 * asked for, so that it is blind to new things: it is here to be compared with; a bundle has a forest over summaries.
 */
export class ForestModel implements Model {
  readonly kind = KIND;
  readonly #seed: number;
  readonly #rows: Float32Array[] = [];
  #scalars = MAX_SCALARS;
  #isFitted = false;
  #forest: FlatForest | undefined;
  #scorer: ForestScorer | undefined;
  #row = new Float32Array(0);

  constructor(seed: number) {
    this.#seed = seed;
  }

  observe(window: FeatureWindow, _run: number): void {
    if (this.#isFitted) throw new ModelError('MODEL_UNREADY', 'this model has been fitted: begin a new one to learn');
    this.#scalars = Math.min(this.#scalars, window.scalars.length);
    this.#rows.push(fill(new Float32Array(window.scalars.length + CALLS), window, window.scalars.length));
  }

  fit(): void {
    if (this.#isFitted) return;
    const columns = this.#scalars + CALLS;
    const values = new Float32Array(this.#rows.length * columns);
    for (const [at, row] of this.#rows.entries()) {
      values.set(row.subarray(0, this.#scalars), at * columns);
      values.set(row.subarray(row.length - CALLS), at * columns + this.#scalars);
    }
    const forest = trainForest({ values, rows: this.#rows.length, columns }, { seed: this.#seed });
    this.#rows.length = 0;
    this.#settle(forest);
  }

  score(window: FeatureWindow): number {
    if (!this.#scorer || window.scalars.length < this.#scalars) return Number.NaN;
    return this.#scorer.score(fill(this.#row.fill(0), window, this.#scalars));
  }

  /** Paths through trees name the planted feature too rarely to be told. */
  explain(): Contribution[] {
    return [];
  }

  get bytes(): number {
    return this.save().length;
  }

  save(): Uint8Array {
    if (!this.#isFitted)
      throw new ModelError('MODEL_UNREADY', 'this model has not been fitted: call fit() before save()');
    const writer = new ModelWriter().count(this.#scalars).byte(this.#forest ? 1 : 0);
    if (this.#forest) writeForest(this.#forest, writer);
    return sealed(KIND, VERSION, writer.bytes());
  }

  /** @throws ModelError */
  static read(input: ModelReader): ForestModel {
    const model = new ForestModel(0);
    model.#scalars = input.count(MAX_SCALARS, 'scalars');
    model.#settle(input.byte() === 1 ? readForest(input, model.#scalars + CALLS) : undefined);
    return model;
  }

  #settle(forest: FlatForest | undefined): void {
    this.#isFitted = true;
    this.#forest = forest;
    this.#scorer = forest && new ForestScorer(forest);
    this.#row = new Float32Array(this.#scalars + CALLS);
  }
}

export const forestKind: ModelKind = {
  kind: KIND,
  version: VERSION,
  create: ({ seed }) => new ForestModel(seed),
  load: (bytes) => {
    const input = unsealed(KIND, VERSION, bytes);
    const model = ForestModel.read(input);
    input.end();
    return model;
  },
};

function fill(row: Float32Array, { scalars, syscalls }: FeatureWindow, first: number): Float32Array {
  for (let at = 0; at < first; at++) row[at] = scaledScalar(at, scalars[at] as number);
  for (let at = 0; at < syscalls.size; at++) {
    const column = first + Math.min(syscalls.keys[at] as number, CALLS - 1);
    row[column] = Math.max(row[column] as number, scaled(syscalls.counts[at] as number));
  }
  return row;
}
