import { ModelError } from '../model-error.ts';
import { Random } from '../random.ts';
import { type FlatForest, MAX_COLUMNS, MAX_SAMPLE, type Rows } from './flat-forest.ts';
import { NodeList } from './node-list.ts';

export interface ForestOptions {
  readonly seed: number;
  /** 100 when left out. */
  readonly trees?: number;
  /** Rows a tree is made of, without replacement; 256 when left out, all rows when there are fewer. */
  readonly sample?: number;
}

/** Beyond it differences of values would not be finite any more. */
const LARGEST = Math.fround(1e37);

/**
 * An isolation forest (Liu, Ting, Zhou: Isolation Forest, ICDM 2008): trees that part the rows at random places of random
 * columns, down to a depth of ceil(log2 sample). Only columns that vary among the rows of a node are drawn. NaN counts
 * as larger than everything and is no reason to part; infinite values are taken as very large ones. Undefined when no
 * column varies.
 */
export function trainForest(data: Rows, options: ForestOptions): FlatForest | undefined {
  if (data.columns > MAX_COLUMNS)
    throw new ModelError(
      'MODEL_TOO_LARGE',
      `a forest takes up to ${MAX_COLUMNS} columns, these rows have ${data.columns}: leave columns out`,
    );
  const sample = Math.min(data.rows, options.sample ?? 256, MAX_SAMPLE);
  const builder = new TreeBuilder(data, sample, new Random(options.seed));
  for (let tree = 0; tree < (options.trees ?? 100); tree++) builder.grow();
  return builder.finish();
}

class TreeBuilder {
  readonly #data: Rows;
  readonly #random: Random;
  readonly #nodes: NodeList;
  readonly #sample: number;
  readonly #deepest: number;
  /** Row numbers; the first `sample` are those of the tree at hand, those of a node lie together. */
  readonly #order: Uint32Array;
  /** Column numbers; those at the front do not vary in the node at hand. */
  readonly #columns: Uint32Array;
  #low = 0;
  #high = 0;
  #varies = false;

  constructor(data: Rows, sample: number, random: Random) {
    this.#data = data;
    this.#random = random;
    this.#sample = sample;
    this.#nodes = new NodeList(sample);
    this.#deepest = Math.ceil(Math.log2(Math.max(sample, 1)));
    this.#order = Uint32Array.from({ length: data.rows }, (_, row) => row);
    this.#columns = Uint32Array.from({ length: data.columns }, (_, column) => column);
  }

  grow(): void {
    for (let at = 0; at < this.#sample; at++) swap(this.#order, at, at + this.#random.below(this.#order.length - at));
    this.#nodes.beginTree();
    this.#part(0, this.#sample, 0, 0);
  }

  finish(): FlatForest | undefined {
    return this.#varies ? this.#nodes.finish(this.#data.columns, this.#sample) : undefined;
  }

  #part(from: number, to: number, depth: number, constant: number): void {
    const isOver = to - from <= 1 || depth >= this.#deepest;
    const still = isOver ? this.#columns.length : this.#draw(from, to, constant);
    const column = this.#columns[still];
    if (column === undefined) {
      this.#nodes.leaf(depth, to - from);
      return;
    }
    this.#varies = true;
    const threshold = between(this.#low, this.#high, this.#random.unit());
    const middle = this.#divide(from, to, column, threshold);
    const node = this.#nodes.split(column, threshold);
    this.#part(from, middle, depth + 1, still);
    this.#nodes.turn(node);
    this.#part(middle, to, depth + 1, still);
  }

  /**
   * Puts a random column that varies at the place that it returns; those before it do not vary. Below a node columns are
   * moved only behind that place, so that what stands before it holds for both children.
   */
  #draw(from: number, to: number, constant: number): number {
    const columns = this.#columns;
    let front = constant;
    for (; front < columns.length; front++) {
      swap(columns, front, front + this.#random.below(columns.length - front));
      if (this.#span(from, to, columns[front] ?? 0)) break;
    }
    return front;
  }

  /** Sets the range of a column among rows; false when it has none. */
  #span(from: number, to: number, column: number): boolean {
    const { values, columns } = this.#data;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = from; at < to; at++) {
      const value = values[(this.#order[at] ?? 0) * columns + column] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#low = Math.max(low, -LARGEST);
    this.#high = Math.min(high, LARGEST);
    return this.#low < this.#high;
  }

  /** Rows with a value below the threshold to the front; returns where the others begin. */
  #divide(from: number, to: number, column: number, threshold: number): number {
    const { values, columns } = this.#data;
    let middle = from;
    for (let at = from; at < to; at++)
      if ((values[(this.#order[at] ?? 0) * columns + column] ?? 0) < threshold) swap(this.#order, at, middle++);
    return middle;
  }
}

/** Above the lowest and at most the highest value, so that both sides get rows. */
function between(low: number, high: number, unit: number): number {
  const value = Math.fround(low + unit * (high - low));
  return value > low && value <= high ? value : high;
}

function swap(list: Uint32Array, a: number, b: number): void {
  const kept = list[a] ?? 0;
  list[a] = list[b] ?? 0;
  list[b] = kept;
}
