import { readSync, writevSync } from 'node:fs';
import { encodeFrame, type Frame, type FrameHead, HEAD_BYTES, readHead } from './frame.ts';
import { MAX_REQUEST_BYTES } from './messages.ts';

/**
 * One end of a socket pair for a thread that does nothing else: it waits in `read`. It reads no byte ahead, so that another
 * thread can take its place between two frames.
 */
export class BlockingChannel {
  readonly #fd: number;
  readonly #head = new Uint8Array(HEAD_BYTES);

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Undefined when the other side has closed. @throws FrameError */
  next(): FrameHead | undefined {
    if (!this.fill(this.#head)) return undefined;
    return readHead(this.#head, MAX_REQUEST_BYTES);
  }

  /** Fills all of `into`; false when the other side has closed. */
  fill(into: Uint8Array): boolean {
    for (let at = 0; at < into.length; ) {
      const length = readSync(this.#fd, into, at, into.length - at, null);
      if (length === 0) return false;
      at += length;
    }
    return true;
  }

  write(frame: Frame): void {
    let left = encodeFrame(frame);
    while (left.length > 0) {
      let done = writevSync(this.#fd, left);
      while (left[0] && done >= left[0].length) {
        done -= left[0].length;
        left = left.slice(1);
      }
      if (left[0]) left = [left[0].subarray(done), ...left.slice(1)];
    }
  }
}
