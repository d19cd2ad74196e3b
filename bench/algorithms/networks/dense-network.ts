/** One layer: its weights lie at `from` of all weights, a row of `inputs` and one bias for each output. */
interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly from: number;
  readonly rectified: boolean;
}

/** Layers that are joined all to all, rectified but for the last one (Rumelhart, Hinton, Williams 1986). */
export class DenseNetwork {
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  readonly #layers: readonly Layer[];
  /** What each layer gave for the last input; first the input itself. */
  readonly #values: readonly Float64Array[];
  readonly #slopes: readonly Float64Array[];

  /** @param sizes of the input and of each layer */
  constructor(sizes: readonly number[], random: () => number) {
    let weights = 0;
    this.#layers = sizes.slice(1).map((outputs, at) => {
      const inputs = sizes[at] ?? 0;
      const layer = { inputs, outputs, from: weights, rectified: at + 2 < sizes.length };
      weights += outputs * (inputs + 1);
      return layer;
    });
    this.weights = new Float64Array(weights);
    this.gradient = new Float64Array(weights);
    this.#values = sizes.map((size) => new Float64Array(size));
    this.#slopes = sizes.map((size) => new Float64Array(size));
    for (const layer of this.#layers) this.#begin(layer, random);
  }

  /** The output; it is written over by the next call. */
  forward(input: ArrayLike<number>): Float64Array {
    this.#values[0]?.set(input);
    this.#layers.forEach((layer, at) => {
      this.#pass(layer, this.#values[at] as Float64Array, this.#values[at + 1] as Float64Array);
    });
    return this.#values.at(-1) as Float64Array;
  }

  /** Adds to the gradient what half the squared error against that output changes by; gives the squared error. */
  learn(input: ArrayLike<number>, target: ArrayLike<number>): number {
    const output = this.forward(input);
    const slope = this.#slopes.at(-1) as Float64Array;
    let error = 0;
    for (let at = 0; at < output.length; at++) {
      slope[at] = (output[at] as number) - (target[at] as number);
      error += (slope[at] as number) ** 2;
    }
    for (let at = this.#layers.length - 1; at >= 0; at--) this.#back(at);
    return error;
  }

  #begin({ inputs, outputs, from }: Layer, random: () => number): void {
    const reach = Math.sqrt(6 / (inputs + outputs));
    for (let out = 0; out < outputs; out++) {
      const row = from + out * (inputs + 1);
      for (let at = 0; at < inputs; at++) this.weights[row + at] = (2 * random() - 1) * reach;
    }
  }

  #pass({ inputs, outputs, from, rectified }: Layer, input: Float64Array, output: Float64Array): void {
    for (let out = 0; out < outputs; out++) {
      const row = from + out * (inputs + 1);
      let sum = this.weights[row + inputs] as number;
      for (let at = 0; at < inputs; at++) sum += (this.weights[row + at] as number) * (input[at] as number);
      output[out] = rectified && sum < 0 ? 0 : sum;
    }
  }

  #back(layerAt: number): void {
    const { inputs, outputs, from, rectified } = this.#layers[layerAt] as Layer;
    const [input, output] = [this.#values[layerAt] as Float64Array, this.#values[layerAt + 1] as Float64Array];
    const [before, slopes] = [this.#slopes[layerAt] as Float64Array, this.#slopes[layerAt + 1] as Float64Array];
    before.fill(0);
    for (let out = 0; out < outputs; out++) {
      const slope = slopes[out] as number;
      if (slope === 0 || (rectified && output[out] === 0)) continue;
      const row = from + out * (inputs + 1);
      for (let at = 0; at < inputs; at++) {
        this.gradient[row + at] = (this.gradient[row + at] as number) + slope * (input[at] as number);
        before[at] = (before[at] as number) + slope * (this.weights[row + at] as number);
      }
      this.gradient[row + inputs] = (this.gradient[row + inputs] as number) + slope;
    }
  }
}
