const GATES = 4;
const LEAST_CHANCE = 1e-12;

/** What one place of a piece left behind, for the way back. */
interface Place {
  /** Input, forget and output gate and the candidate, one behind the other. */
  readonly gates: Float64Array;
  readonly cell: Float64Array;
  readonly hidden: Float64Array;
  readonly chances: Float64Array;
}

/**
 * One layer of long short-term memory that says which of so many symbols comes next (Hochreiter and Schmidhuber 1997, with
 * the forget gate of Gers, Schmidhuber and Cummins 2000).
 */
export class LstmNetwork {
  readonly weights: Float64Array;
  readonly gradient: Float64Array;
  readonly #symbols: number;
  readonly #units: number;
  readonly #places: readonly Place[];
  /** Where the weights of the symbol, of the last hidden state, the biases and those of the output begin. */
  readonly #at: { readonly recurrent: number; readonly bias: number; readonly out: number };

  /** @param longest symbols that a piece may have */
  constructor(symbols: number, units: number, longest: number, random: () => number) {
    const wide = GATES * units;
    this.#symbols = symbols;
    this.#units = units;
    this.#at = { recurrent: symbols * wide, bias: (symbols + units) * wide, out: (symbols + units + 1) * wide };
    this.weights = new Float64Array(this.#at.out + symbols * (units + 1));
    this.gradient = new Float64Array(this.weights.length);
    const reach = 1 / Math.sqrt(units);
    for (let at = 0; at < this.weights.length; at++) this.weights[at] = (2 * random() - 1) * reach;
    this.weights.fill(0, this.#at.bias, this.#at.out);
    // A forget gate that begins open lets long stretches be learned at all.
    this.weights.fill(1, this.#at.bias + units, this.#at.bias + 2 * units);
    this.#places = Array.from({ length: longest }, () => ({
      gates: new Float64Array(wide),
      cell: new Float64Array(units),
      hidden: new Float64Array(units),
      chances: new Float64Array(symbols),
    }));
  }

  /** How surprising each symbol but the first was, in nats, summed up. */
  surprise(piece: ArrayLike<number>): number {
    let sum = 0;
    for (let at = 0; at + 1 < piece.length; at++) {
      this.#forward(at, piece[at] as number);
      sum -= Math.log(Math.max(this.#place(at).chances[piece[at + 1] as number] ?? 0, LEAST_CHANCE));
    }
    return sum;
  }

  /** Adds to the gradient what the surprise at that piece changes by. */
  learn(piece: ArrayLike<number>): number {
    const sum = this.surprise(piece);
    const hidden = new Float64Array(this.#units);
    const cell = new Float64Array(this.#units);
    for (let at = piece.length - 2; at >= 0; at--) {
      this.#backOutput(at, piece[at + 1] as number, hidden);
      this.#backCell(at, piece[at] as number, hidden, cell);
    }
    return sum;
  }

  #place(at: number): Place {
    return this.#places[at] as Place;
  }

  #forward(at: number, symbol: number): void {
    const units = this.#units;
    const { gates, cell, hidden, chances } = this.#place(at);
    const before = at > 0 ? this.#place(at - 1) : undefined;
    this.#sums(gates, symbol, before?.hidden);
    for (let unit = 0; unit < units; unit++) {
      const enter = sigmoid(gates[unit] as number);
      const forget = sigmoid(gates[units + unit] as number);
      const leave = sigmoid(gates[2 * units + unit] as number);
      const candidate = Math.tanh(gates[3 * units + unit] as number);
      gates[unit] = enter;
      gates[units + unit] = forget;
      gates[2 * units + unit] = leave;
      gates[3 * units + unit] = candidate;
      const kept = forget * (before?.cell[unit] ?? 0) + enter * candidate;
      cell[unit] = kept;
      hidden[unit] = leave * Math.tanh(kept);
    }
    this.#softmax(hidden, chances);
  }

  #sums(gates: Float64Array, symbol: number, hidden: Float64Array | undefined): void {
    const wide = GATES * this.#units;
    const weights = this.weights;
    for (let gate = 0; gate < wide; gate++) {
      gates[gate] = (weights[symbol * wide + gate] as number) + (weights[this.#at.bias + gate] as number);
    }
    for (let unit = 0; hidden && unit < this.#units; unit++) {
      const value = hidden[unit] as number;
      const row = this.#at.recurrent + unit * wide;
      for (let gate = 0; gate < wide; gate++) {
        gates[gate] = (gates[gate] as number) + value * (weights[row + gate] as number);
      }
    }
  }

  #softmax(hidden: Float64Array, chances: Float64Array): void {
    const units = this.#units;
    let highest = -Infinity;
    for (let symbol = 0; symbol < this.#symbols; symbol++) {
      const row = this.#at.out + symbol * (units + 1);
      let sum = this.weights[row + units] as number;
      for (let unit = 0; unit < units; unit++) sum += (this.weights[row + unit] as number) * (hidden[unit] as number);
      chances[symbol] = sum;
      if (sum > highest) highest = sum;
    }
    let total = 0;
    for (let symbol = 0; symbol < this.#symbols; symbol++) {
      const share = Math.exp((chances[symbol] as number) - highest);
      chances[symbol] = share;
      total += share;
    }
    for (let symbol = 0; symbol < this.#symbols; symbol++) chances[symbol] = (chances[symbol] as number) / total;
  }

  /** @param slopes what the hidden state is blamed for by later places; this place is added */
  #backOutput(at: number, next: number, slopes: Float64Array): void {
    const { hidden, chances } = this.#place(at);
    for (let symbol = 0; symbol < this.#symbols; symbol++) {
      const slope = (chances[symbol] as number) - (symbol === next ? 1 : 0);
      const row = this.#at.out + symbol * (this.#units + 1);
      for (let unit = 0; unit < this.#units; unit++) {
        this.gradient[row + unit] = (this.gradient[row + unit] as number) + slope * (hidden[unit] as number);
        slopes[unit] = (slopes[unit] as number) + slope * (this.weights[row + unit] as number);
      }
      this.gradient[row + this.#units] = (this.gradient[row + this.#units] as number) + slope;
    }
  }

  /** Turns the slopes of this place into those of the place before. */
  #backCell(at: number, symbol: number, hidden: Float64Array, cell: Float64Array): void {
    const units = this.#units;
    const { gates, cell: own } = this.#place(at);
    const before = at > 0 ? this.#place(at - 1) : undefined;
    const slopes = new Float64Array(GATES * units);
    for (let unit = 0; unit < units; unit++) {
      const [enter, forget] = [gates[unit] as number, gates[units + unit] as number];
      const [leave, candidate] = [gates[2 * units + unit] as number, gates[3 * units + unit] as number];
      const shown = Math.tanh(own[unit] as number);
      const blame = (cell[unit] as number) + (hidden[unit] as number) * leave * (1 - shown * shown);
      slopes[unit] = blame * candidate * enter * (1 - enter);
      slopes[units + unit] = blame * (before?.cell[unit] ?? 0) * forget * (1 - forget);
      slopes[2 * units + unit] = (hidden[unit] as number) * shown * leave * (1 - leave);
      slopes[3 * units + unit] = blame * enter * (1 - candidate * candidate);
      cell[unit] = blame * forget;
    }
    this.#spread(slopes, symbol, before?.hidden, hidden);
  }

  #spread(slopes: Float64Array, symbol: number, before: Float64Array | undefined, hidden: Float64Array): void {
    const wide = slopes.length;
    const { recurrent, bias } = this.#at;
    for (let gate = 0; gate < wide; gate++) {
      const slope = slopes[gate] as number;
      this.gradient[symbol * wide + gate] = (this.gradient[symbol * wide + gate] as number) + slope;
      this.gradient[bias + gate] = (this.gradient[bias + gate] as number) + slope;
    }
    for (let unit = 0; unit < this.#units; unit++) {
      const row = recurrent + unit * wide;
      let blame = 0;
      for (let gate = 0; gate < wide; gate++) {
        const slope = slopes[gate] as number;
        blame += slope * (this.weights[row + gate] as number);
        if (before)
          this.gradient[row + gate] = (this.gradient[row + gate] as number) + slope * (before[unit] as number);
      }
      hidden[unit] = blame;
    }
  }
}

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
