const FIRST = 0.9;
const SECOND = 0.999;
const LEAST = 1e-8;

/** Steps down a gradient, each weight at a pace of its own (Kingma and Ba 2015). */
export class Adam {
  readonly #weights: Float64Array;
  readonly #pace: number;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  #steps = 0;

  constructor(weights: Float64Array, pace: number) {
    this.#weights = weights;
    this.#pace = pace;
    this.#mean = new Float64Array(weights.length);
    this.#square = new Float64Array(weights.length);
  }

  /** Changes the weights, and clears the gradient for the next batch. */
  step(gradient: Float64Array, samples: number): void {
    this.#steps++;
    const pace = (this.#pace * Math.sqrt(1 - SECOND ** this.#steps)) / (1 - FIRST ** this.#steps);
    const [weights, mean, square] = [this.#weights, this.#mean, this.#square];
    for (let at = 0; at < weights.length; at++) {
      const slope = (gradient[at] as number) / samples;
      const m = (mean[at] as number) * FIRST + slope * (1 - FIRST);
      const v = (square[at] as number) * SECOND + slope * slope * (1 - SECOND);
      mean[at] = m;
      square[at] = v;
      weights[at] = (weights[at] as number) - (pace * m) / (Math.sqrt(v) + LEAST);
    }
    gradient.fill(0);
  }
}
