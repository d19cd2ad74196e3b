/** Why the server ended a stream. */
export type EndReason = 'slow' | 'stalled' | 'access' | 'shutdown' | 'store';

/** Characters handed out at once at most, unless one frame is longer. */
const PIECE = 64 * 1024;

/**
 * Frames on their way to one client, in order and bounded. A client that does not keep up is cut off, because
 * keeping its frames costs memory and leaving some out would be a gap; it resumes from the store.
 */
export class FrameQueue {
  readonly #max: number;
  #frames: string[] = [];
  #size = 0;
  #wake: (() => void) | undefined;
  #ended: EndReason | 'client' | undefined;
  /** How often something was taken: without change the reader stands still. */
  taken = 0;

  /** @param max characters that may wait */
  constructor(max: number) {
    this.#max = max;
  }

  get length(): number {
    return this.#frames.length;
  }

  get ended(): EndReason | 'client' | undefined {
    return this.#ended;
  }

  /** False when the queue has ended or is full. A frame that is longer than everything fits an empty queue. */
  push(frame: string): boolean {
    if (this.#ended || (this.#size > 0 && this.#size + frame.length > this.#max)) return false;
    this.#frames.push(frame);
    this.#size += frame.length;
    this.#wake?.();
    return true;
  }

  /** Ends the queue; answers with how many frames still waited and are dropped. Only the first reason counts. */
  end(reason: EndReason | 'client'): number {
    const dropped = this.#frames.length;
    this.#ended ??= reason;
    this.#frames = [];
    this.#size = 0;
    this.#wake?.();
    return dropped;
  }

  /** The next frames as one text; waits for the first. Undefined after the end. For one reader. */
  async take(): Promise<string | undefined> {
    while (this.#frames.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = undefined;
    if (this.#ended) return undefined;
    let count = 0;
    for (let size = 0; count < this.#frames.length && (count === 0 || size < PIECE); count++)
      size += this.#frames[count]?.length ?? 0;
    const text = this.#frames.splice(0, count).join('');
    this.#size -= text.length;
    this.taken++;
    return text;
  }
}
