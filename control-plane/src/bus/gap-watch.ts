/** A stretch of the stream that was discarded before it was read. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  /** Messages in it that were not ours or are lost; which of both nobody can say any more. */
  readonly unknown: number;
}

/**
 * Finds messages that the limits of the stream discarded before a filtered consumer got them. The consumer goes
 * over them in silence, and the stretches between its messages also hold the messages of other partitions. A stretch
 * is cleared when the stream still holds it: then nothing in it was ours. What was passed over and is gone counts.
 */
export class GapWatch {
  #settled: number;
  #last: number;
  /** Stretches passed over since the last settlement: first and last sequence in turn. */
  #passed: number[] = [];

  /** @param settled up to here everything is accounted for */
  constructor(settled: number) {
    this.#settled = settled;
    this.#last = settled;
  }

  /** Everything up to here is accounted for. */
  get settled(): number {
    return this.#settled;
  }

  /** The last sequence noted. */
  get last(): number {
    return this.#last;
  }

  /** How many stretches wait to be settled: settle before they become too many. */
  get waiting(): number {
    return this.#passed.length / 2;
  }

  /** A message arrived, or it is known that none of ours is left up to this sequence. */
  note(sequence: number, isMessage = true): void {
    const end = isMessage ? sequence - 1 : sequence;
    if (end > this.#last) this.#passed.push(this.#last + 1, end);
    if (sequence > this.#last) this.#last = sequence;
  }

  /**
   * Accounts for everything up to `upTo`.
   * @param upTo `last` as it was before the stream was asked: what was noted later may be gone since
   * @param streamFirst first sequence that the stream holds
   * @returns the stretch in which messages may be lost, or undefined
   */
  settle(upTo: number, streamFirst: number): Gap | undefined {
    const kept: number[] = [];
    let gap: Gap | undefined;
    for (let i = 0; i < this.#passed.length; i += 2) {
      const from = this.#passed[i] as number;
      const to = this.#passed[i + 1] as number;
      const gone = Math.min(to, streamFirst - 1);
      if (from > upTo) kept.push(from, to);
      else if (gone >= from)
        gap = { first: gap?.first ?? from, last: gone, unknown: (gap?.unknown ?? 0) + gone - from + 1 };
    }
    this.#passed = kept;
    this.#settled = Math.max(this.#settled, upTo);
    return gap;
  }
}
