import type { BatchHeader } from '@picket/sdk';

/** What `saved` gives, as JSON. */
export type SavedTicks = readonly (readonly [node: string, bootId: string, last: string])[];

/** Nodes that are remembered. */
const MOST_NODES = 4096;

/**
 * When a detector is due to be told the time, by node: when the watermark of a node from which it has had a record has moved on far
 * enough. It depends on the batches alone, so that a replay ticks at the same places.
 */
export class NodeTicks {
  readonly #every: bigint;
  readonly #nodes = new Map<string, { readonly bootId: string; last: bigint }>();

  constructor(seconds: number) {
    this.#every = BigInt(Math.round(seconds * 1e9));
  }

  /**
   * @param given whether the detector is given a record of this batch
   * @returns the time to tell after the batch; undefined when it is not yet due
   */
  after({ node, bootId, watermark }: BatchHeader, given: boolean): bigint | undefined {
    if (this.#every <= 0n) return undefined;
    const known = this.#nodes.get(node);
    if (!known && !given) return undefined;
    const boot = Buffer.from(bootId).toString('hex');
    if (!known || known.bootId !== boot) {
      this.#begin(node, boot, watermark);
      return undefined;
    }
    if (watermark - known.last < this.#every) return undefined;
    known.last = watermark;
    return watermark;
  }

  #begin(node: string, bootId: string, last: bigint): void {
    this.#nodes.delete(node);
    this.#nodes.set(node, { bootId, last });
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size > MOST_NODES && oldest !== undefined) this.#nodes.delete(oldest);
  }

  saved(): SavedTicks {
    return [...this.#nodes].map(([node, { bootId, last }]) => [node, bootId, String(last)]);
  }

  restore(saved: SavedTicks): void {
    this.#nodes.clear();
    for (const [node, bootId, last] of saved) this.#nodes.set(node, { bootId, last: BigInt(last) });
  }
}
