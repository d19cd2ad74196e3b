import { bodyBytes, FrameError, type FrameHead, HEAD_BYTES, readHead } from '../process/frame.ts';
import { MAX_REPLY_BYTES, MAX_REPLY_JSON } from '../process/messages.ts';

export interface ReceivedFrame {
  readonly head: FrameHead;
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}

/** Puts frames together from pieces of a stream. Nothing of it is trusted: not even the lengths. */
export class FrameStream {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #head: FrameHead | undefined;
  readonly #expect: (head: FrameHead) => void;

  /** @param expect throws FrameError for a frame that is not waited for, before anything of it is kept */
  constructor(expect: (head: FrameHead) => void = () => {}) {
    this.#expect = expect;
  }

  /**
   * The frames that are whole now. Each is taken before the head of the next one is looked at.
   * @throws FrameError
   */
  *take(piece: Uint8Array): Generator<ReceivedFrame, void> {
    this.#pieces.push(piece);
    this.#length += piece.length;
    for (;;) {
      if (!this.#head && this.#length >= HEAD_BYTES) this.#head = this.#readHead();
      if (!this.#head || this.#length < bodyBytes(this.#head)) return;
      const head = this.#head;
      this.#head = undefined;
      yield readBody(head, this.#cut(bodyBytes(head)));
    }
  }

  #readHead(): FrameHead {
    const head = readHead(this.#cut(HEAD_BYTES), MAX_REPLY_BYTES);
    if (head.json > MAX_REPLY_JSON) throw new FrameError(`an answer of ${head.json} bytes of text`);
    this.#expect(head);
    return head;
  }

  #cut(length: number): Uint8Array {
    const [first] = this.#pieces;
    const all = first && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    this.#pieces = all.length > length ? [all.subarray(length)] : [];
    this.#length = all.length - length;
    return all.subarray(0, length);
  }
}

function readBody(head: FrameHead, body: Uint8Array): ReceivedFrame {
  let at = head.json;
  const parts = head.parts.map((length) => {
    const part = new Uint8Array(body.subarray(at, at + length));
    at += length;
    return part;
  });
  if (head.json === 0) return { head, json: undefined, parts };
  try {
    return { head, json: JSON.parse(Buffer.from(body.subarray(0, head.json)).toString('utf8')), parts };
  } catch (cause) {
    throw new FrameError('an answer is no JSON', { cause });
  }
}
