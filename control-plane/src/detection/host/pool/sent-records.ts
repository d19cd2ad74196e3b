import { KEPT_RECORDS } from '../process/messages.ts';

/**
 * Which records a worker has kept. Detectors with the same selection share the bytes of a batch: they are sent to
 * each worker once.
 */
export class SentRecords {
  readonly #slots: (Uint8Array | undefined)[] = Array.from({ length: KEPT_RECORDS }, () => undefined);
  #next = 0;

  /** The slot to name, and whether the bytes must go along. */
  place(records: Uint8Array): { readonly slot: number; readonly send: boolean } {
    const known = this.#slots.indexOf(records);
    if (known >= 0) return { slot: known, send: false };
    const slot = this.#next;
    this.#next = (slot + 1) % KEPT_RECORDS;
    this.#slots[slot] = records;
    return { slot, send: true };
  }

  clear(): void {
    this.#slots.fill(undefined);
  }
}
