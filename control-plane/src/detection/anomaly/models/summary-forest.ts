import type { ModelReader } from './bytes/model-reader.ts';
import type { ModelWriter } from './bytes/model-writer.ts';
import type { FlatForest } from './forest/flat-forest.ts';
import { readForest, writeForest } from './forest/forest-bytes.ts';
import { ForestScorer } from './forest/score.ts';
import { trainForest } from './forest/train.ts';
import { type PartScores, SUMMARIES, summarise } from './summaries.ts';

/** Half of what is usual: eleven columns need no more, and it is what a model is largest by. */
const TREES = 64;
const SAMPLE = 128;
/** Fewer windows make no forest. */
const LEAST = 32;

/** An isolation forest over what the other parts say of windows: finds what is a little strange in several ways. */
export class SummaryForest {
  readonly #forest: FlatForest | undefined;
  readonly #scorer: ForestScorer | undefined;
  readonly #row = new Float32Array(SUMMARIES);

  constructor(forest?: FlatForest) {
    this.#forest = forest;
    this.#scorer = forest && new ForestScorer(forest);
  }

  /** @param scores of windows that the parts did not learn from */
  static train(scores: readonly PartScores[], seed: number): SummaryForest {
    if (scores.length < LEAST) return new SummaryForest();
    const values = new Float32Array(scores.length * SUMMARIES);
    for (const [at, score] of scores.entries()) summarise(values.subarray(at * SUMMARIES, (at + 1) * SUMMARIES), score);
    const rows = { values, rows: scores.length, columns: SUMMARIES };
    return new SummaryForest(trainForest(rows, { seed, trees: TREES, sample: SAMPLE }));
  }

  /** NaN where nothing varied. */
  score(scores: PartScores): number {
    return this.#scorer?.score(summarise(this.#row, scores)) ?? Number.NaN;
  }

  write(out: ModelWriter): void {
    out.byte(this.#forest ? 1 : 0);
    if (this.#forest) writeForest(this.#forest, out);
  }

  /** @throws ModelError */
  static read(input: ModelReader): SummaryForest {
    return new SummaryForest(input.byte() === 1 ? readForest(input, SUMMARIES) : undefined);
  }
}
