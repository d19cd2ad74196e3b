import type { EventCursor } from '@picket/sdk';
import type { CopyRoom } from './copy-room.ts';

/** Where the records of one selection lie in a batch. Reused from batch to batch, so that nothing is made per event. */
export class PickedRecords {
  #at = new Uint32Array(256);
  #length = new Uint32Array(256);
  #index = new Uint32Array(256);
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
    this.#bytes = 0;
  }

  add(at: number, length: number, index: number): void {
    if (this.#count === this.#at.length) this.#grow();
    this.#at[this.#count] = at;
    this.#length[this.#count] = length;
    this.#index[this.#count++] = index;
    this.#bytes += length;
  }

  /** Puts a cursor on the batch onto one of them. */
  seek(cursor: EventCursor, number: number): void {
    cursor.seek(this.#at[number] as number, this.#index[number] as number);
  }

  /** Numbers of the records in their batch. */
  indexes(): Uint32Array {
    return this.#index.slice(0, this.#count);
  }

  /** The records, one behind the other. @param room where; in memory of their own when left out */
  copy(from: Uint8Array, room?: CopyRoom): Uint8Array {
    const source = Buffer.from(from.buffer, from.byteOffset, from.length);
    const target = room?.take(this.#bytes) ?? new Uint8Array(Buffer.allocUnsafeSlow(this.#bytes).buffer);
    let to = 0;
    for (let i = 0; i < this.#count; ) {
      const begin = this.#at[i] as number;
      let end = begin;
      // neighbours go together
      while (i < this.#count && this.#at[i] === end) end += this.#length[i++] as number;
      to += source.copy(target, to, begin, end);
    }
    return target;
  }

  #grow(): void {
    this.#at = twice(this.#at);
    this.#length = twice(this.#length);
    this.#index = twice(this.#index);
  }
}

function twice(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(old.length * 2);
  grown.set(old);
  return grown;
}
