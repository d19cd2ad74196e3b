import type { FlatForest } from './flat-forest.ts';
import { meanPathLength } from './path-length.ts';

/** Nodes of a forest while it is made: appended in the order of a walk that goes left first. */
export class NodeList {
  readonly #roots: number[] = [];
  readonly #expected: readonly number[];
  #size = 0;
  #feature = new Int16Array(1024);
  #value = new Float32Array(1024);
  #right = new Uint16Array(1024);

  /** @param sample rows a tree, the most that can end in a leaf */
  constructor(sample: number) {
    this.#expected = Array.from({ length: sample + 1 }, (_, n) => meanPathLength(n));
  }

  get size(): number {
    return this.#size;
  }

  beginTree(): void {
    this.#roots.push(this.#size);
  }

  leaf(depth: number, rows: number): void {
    const at = this.#next();
    this.#feature[at] = -1;
    this.#value[at] = depth + (this.#expected[rows] ?? 0);
    this.#right[at] = rows;
  }

  /** Gives its place, by which `turn` says where its right child begins. */
  split(feature: number, threshold: number): number {
    const at = this.#next();
    this.#feature[at] = feature;
    this.#value[at] = threshold;
    return at;
  }

  turn(at: number): void {
    this.#right[at] = this.#size - at;
  }

  finish(columns: number, sample: number): FlatForest {
    return {
      columns,
      sample,
      roots: Uint32Array.from(this.#roots),
      feature: this.#feature.slice(0, this.#size),
      value: this.#value.slice(0, this.#size),
      right: this.#right.slice(0, this.#size),
    };
  }

  #next(): number {
    if (this.#size === this.#feature.length) this.#grow();
    return this.#size++;
  }

  #grow(): void {
    const larger = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const size = 2 * this.#size;
    this.#feature = larger(this.#feature, new Int16Array(size));
    this.#value = larger(this.#value, new Float32Array(size));
    this.#right = larger(this.#right, new Uint16Array(size));
  }
}
