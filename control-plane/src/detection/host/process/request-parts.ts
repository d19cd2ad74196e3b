import type { BlockingChannel } from './blocking-channel.ts';
import type { FrameHead } from './frame.ts';
import { KEPT_RECORDS } from './messages.ts';

export interface Request {
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}

/** Index of the records among the parts of a batch; the others are prelude, dictionary and context. */
const RECORDS = 2;

/**
 * Reads what follows the head of a request into buffers that are used again. Records of batches have buffers of their own,
 * by slot: a batch that several detectors see is sent once.
 */
export class RequestParts {
  readonly #channel: BlockingChannel;
  readonly #slots: Uint8Array[] = Array.from({ length: KEPT_RECORDS }, () => new Uint8Array(0));
  readonly #lengths: number[] = Array.from({ length: KEPT_RECORDS }, () => 0);
  #rest = new Uint8Array(65_536);

  constructor(channel: BlockingChannel) {
    this.#channel = channel;
  }

  /** Valid until the next call; undefined when the other side has closed. */
  read(head: FrameHead): Request | undefined {
    const own = head.slot >= 0 && head.slot < KEPT_RECORDS ? head.slot : undefined;
    const records = own === undefined ? 0 : (head.parts[RECORDS] ?? 0);
    const total = head.json + head.parts.reduce((sum, length) => sum + length, -records);
    if (this.#rest.length < total) this.#rest = new Uint8Array(total * 2);
    const parts: Uint8Array[] = [];
    let at = 0;
    const take = (length: number): Uint8Array | undefined => {
      const view = this.#rest.subarray(at, at + length);
      at += length;
      return this.#channel.fill(view) ? view : undefined;
    };
    const text = take(head.json);
    if (!text) return undefined;
    for (const [index, length] of head.parts.entries()) {
      const part = index === RECORDS && own !== undefined ? this.#slot(own, length) : take(length);
      if (!part) return undefined;
      parts.push(part);
    }
    return { json: text.length > 0 ? JSON.parse(Buffer.from(text).toString('utf8')) : undefined, parts };
  }

  /** Without bytes in the frame, the records of before. */
  #slot(slot: number, length: number): Uint8Array | undefined {
    let buffer = this.#slots[slot] ?? new Uint8Array(0);
    if (length > 0) {
      if (buffer.length < length) buffer = new Uint8Array(length);
      this.#slots[slot] = buffer;
      this.#lengths[slot] = length;
      if (!this.#channel.fill(buffer.subarray(0, length))) return undefined;
    }
    return buffer.subarray(0, this.#lengths[slot]);
  }
}
