/** Messages are kept in pieces of whole steps, so that one of about the same size fits into the place of another. */
const STEP = 16 * 1024;
/** Bytes that lie ready at most. */
const MOST_FREE = 8 * 1024 * 1024;

/**
 * Memory of messages, used again when the stream has them. Each new one would be memory outside of the heap, and V8 walks
 * the whole heap after some tens of MB of that: at full load every second or so.
 */
export class MessagePool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #own = new WeakSet<ArrayBufferLike>();
  #freeBytes = 0;

  /** A place of `length` bytes; what stands in it is left over from another message. */
  take(length: number): Buffer {
    const steps = Math.ceil(length / STEP);
    const used = this.#free.get(steps)?.pop();
    if (used) this.#freeBytes -= used.byteLength;
    const memory = used ?? new ArrayBuffer(steps * STEP);
    this.#own.add(memory);
    return Buffer.from(memory, 0, length);
  }

  /** Gives a message back that nobody will look at again. One that is not of this pool is left to the collector. */
  give(message: Uint8Array): void {
    const memory = message.buffer;
    if (!(memory instanceof ArrayBuffer) || !this.#own.delete(memory)) return;
    if (this.#freeBytes + memory.byteLength > MOST_FREE) return;
    this.#freeBytes += memory.byteLength;
    const steps = memory.byteLength / STEP;
    const list = this.#free.get(steps);
    if (list) list.push(memory);
    else this.#free.set(steps, [memory]);
  }
}
