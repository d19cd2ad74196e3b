const SLOTS = 65_536;

/** Which slots came up in a walk over records, without anything made for a record. */
export class SeenSlots {
  readonly #stamps = new Uint32Array(SLOTS);
  readonly #generations = new Uint16Array(SLOTS);
  #stamp = 0;

  /** Before a walk. */
  begin(): void {
    this.#stamp = this.#stamp === 0xffffffff ? 1 : this.#stamp + 1;
  }

  /** False when the same was asked just before for the slot. Two containers that take turns in one slot are new each time. */
  isNew(slot: number, generation: number): boolean {
    if (this.#stamps[slot] === this.#stamp && this.#generations[slot] === generation) return false;
    this.#stamps[slot] = this.#stamp;
    this.#generations[slot] = generation;
    return true;
  }
}
