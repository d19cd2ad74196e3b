import type { FlatForest } from './flat-forest.ts';
import { meanPathLength } from './path-length.ts';

/** Scores rows of one forest: 2^(-E[h] / c(sample)), from 0 to 1, ordinary rows below 0.5. */
export class ForestScorer {
  readonly #forest: FlatForest;
  readonly #scale: number;

  constructor(forest: FlatForest) {
    this.#forest = forest;
    this.#scale = forest.roots.length * Math.max(meanPathLength(forest.sample), Number.MIN_VALUE);
  }

  /** @param values one of each column, beginning at `from`; NaN goes right, as in training */
  score(values: Float32Array, from = 0): number {
    const { roots, feature, value, right } = this.#forest;
    let sum = 0;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number;
      for (;;) {
        const column = feature[node] as number;
        if (column < 0) break;
        node += (values[from + column] as number) < (value[node] as number) ? 1 : (right[node] as number);
      }
      sum += value[node] as number;
    }
    return 2 ** (-sum / this.#scale);
  }
}
