/** A packed batch on its way to the bus. */
export interface OutgoingBatch {
  readonly message: Uint8Array;
  /** Names it for ever: the stream keeps one message of a name. */
  readonly id: string;
  /** Records in it, by kind. */
  readonly kinds: Uint32Array;
  /** Holds kinds that should survive the others. */
  readonly urgent: boolean;
}

/** A batch as the spool takes it. */
export interface KeptBatch extends OutgoingBatch {
  /** Place among all batches of this node, those on disk included. */
  readonly place?: number;
  /** Called once the batch is acknowledged or dropped; only a batch that also lies on disk has it. */
  readonly settled?: () => void;
}

/** A batch with its place in the order, and how far it is. */
export interface SpooledBatch extends KeptBatch {
  readonly index: number;
  state: 'waiting' | 'sent' | 'acked' | 'dropped';
  /** The attempt in which it was sent last, and when, in ms. */
  round: number;
  sentAt: number;
}

/** What a batch costs beside its message: the objects around it, and the table of kinds. */
export const OVERHEAD = 1024;

/**
 * Batches that are not acknowledged yet, in order. When they would take more than `limit` bytes, waiting ones are
 * dropped: the oldest without urgent records first, then the oldest. A batch that was sent is never dropped: nobody
 * knows whether the stream has it.
 */
export class Spool {
  bytes = 0;
  /** Batches that are neither acknowledged nor dropped. */
  size = 0;
  readonly #limit: number;
  readonly #batches = new Map<number, SpooledBatch>();
  #head = 0;
  #tail = 0;
  /** Up to here no batch can be dropped: any, and any without urgent records. */
  #dropFrom = 0;
  #dropBulkFrom = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Index of the oldest batch that is not settled, and of the one after the last. */
  get head(): number {
    return this.#head;
  }
  get end(): number {
    return this.#tail;
  }

  at(index: number): SpooledBatch | undefined {
    return this.#batches.get(index);
  }

  /** Adds a batch; returns what had to be dropped for it, which may be the batch itself. */
  push(batch: KeptBatch): KeptBatch[] {
    const cost = batch.message.length + OVERHEAD;
    const dropped: KeptBatch[] = [];
    while (this.bytes + cost > this.#limit) {
      const victim = this.#victim();
      if (!victim) {
        batch.settled?.();
        return [...dropped, batch];
      }
      this.#settle(victim, 'dropped');
      dropped.push(victim);
    }
    const index = this.#tail++;
    this.#batches.set(index, { ...batch, index, state: 'waiting', round: -1, sentAt: 0 });
    this.bytes += cost;
    this.size++;
    return dropped;
  }

  /** Takes a batch out: the stream has it, or never will. */
  settle(batch: SpooledBatch, state: 'acked' | 'dropped'): void {
    if (batch.state !== 'acked' && batch.state !== 'dropped') this.#settle(batch, state);
  }

  /** Batches that are not settled, in order. */
  *all(): Generator<SpooledBatch, void, undefined> {
    yield* this.#batches.values();
  }

  #settle(batch: SpooledBatch, state: 'acked' | 'dropped'): void {
    batch.state = state;
    this.bytes -= batch.message.length + OVERHEAD;
    this.size--;
    this.#batches.delete(batch.index);
    batch.settled?.();
    while (this.#head < this.#tail && !this.#batches.has(this.#head)) this.#head++;
  }

  /** Both marks only move on: what was passed was settled, sent, or urgent, and stays so. */
  #victim(): SpooledBatch | undefined {
    this.#dropBulkFrom = this.#seek(Math.max(this.#dropBulkFrom, this.#head), (batch) => !batch.urgent);
    const bulk = this.#batches.get(this.#dropBulkFrom);
    if (bulk) return bulk;
    this.#dropFrom = this.#seek(Math.max(this.#dropFrom, this.#head), () => true);
    return this.#batches.get(this.#dropFrom);
  }

  #seek(from: number, fits: (batch: SpooledBatch) => boolean): number {
    let index = from;
    for (; index < this.#tail; index++) {
      const batch = this.#batches.get(index);
      if (batch?.state === 'waiting' && fits(batch)) break;
    }
    return index;
  }
}
