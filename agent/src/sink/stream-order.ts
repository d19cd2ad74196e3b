/** Compares the order in which batches were made with the sequences that the stream gave them. */
export class StreamOrder {
  #index = -1;
  #sequence = 0;

  /**
   * A batch was stored.
   * @returns `behind` when it lies behind one that comes after it, `reset` when the stream counts from the start again:
   *   it was made anew, without what was stored before
   */
  add(index: number, sequence: number): 'in order' | 'behind' | 'reset' {
    if (index < this.#index) return sequence > this.#sequence ? 'behind' : 'in order';
    const reset = sequence <= this.#sequence;
    this.#index = index;
    this.#sequence = sequence;
    return reset ? 'reset' : 'in order';
  }
}
