import { messageOf } from '@picket/sdk';
import type { Caller } from '../auth/caller.ts';
import type { ApiLog } from '../deps.ts';
import type { ApiMetrics } from '../request/api-metrics.ts';
import type { AlertWrite, ApiStore } from '../stores.ts';
import type { AlertTail } from './alert-tail.ts';
import { type EndReason, FrameQueue } from './frame-queue.ts';
import { formatPosition, parsePosition } from './stream-position.ts';

export interface StreamParts {
  readonly store: ApiStore;
  readonly tail: AlertTail;
  readonly metrics: ApiMetrics;
  readonly log: ApiLog;
  readonly stillValid: (caller: Caller) => Promise<boolean>;
  readonly heartbeatMs: number;
  /** Characters that may wait for one client. */
  readonly queueSize: number;
}

const REPLAY_BATCH = 200;
const encoder = new TextEncoder();

/** One client of the live stream: first what it missed, from the store, then what is written. */
export class AlertStream {
  readonly #parts: StreamParts;
  readonly #caller: Caller;
  readonly #queue: FrameQueue;
  readonly #cut: (() => void) | undefined;
  readonly #onEnd: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** What had been taken at the last beat, if something waited then. */
  #takenBefore: number | undefined;

  /**
   * @param cut closes the connection at once, for a client that does not read
   * @param onEnd called once when the stream is over
   */
  constructor(parts: StreamParts, caller: Caller, cut: (() => void) | undefined, onEnd: () => void) {
    this.#parts = parts;
    this.#caller = caller;
    this.#queue = new FrameQueue(parts.queueSize);
    this.#cut = cut;
    this.#onEnd = onEnd;
  }

  /**
   * Opens the stream after the position of `lastEventId`, or at the present.
   * @throws ControlPlaneError REQUEST_INVALID when that is no position
   */
  async open(lastEventId: string | undefined): Promise<ReadableStream<Uint8Array>> {
    const { store, tail, metrics, heartbeatMs } = this.#parts;
    const from = lastEventId && parsePosition(lastEventId, store.id, await store.alerts.lastChange());
    const present = await tail.join(this.#onWrite);
    metrics.streams.inc();
    this.#timer = setInterval(() => void this.#beat(), heartbeatMs).unref();
    const known = typeof from === 'number';
    const first = greeting(formatPosition(store.id, known ? from : present), lastEventId !== undefined && !known);
    const pieces = this.#pieces(first, known ? from : present, present);
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { value, done } = await pieces.next();
          if (done) controller.close();
          else controller.enqueue(encoder.encode(value));
        },
        cancel: () => this.end('client'),
      },
      { highWaterMark: 0 },
    );
  }

  end(reason: EndReason | 'client'): void {
    if (this.#queue.ended) return;
    const { tail, metrics, log } = this.#parts;
    const unsent = this.#queue.end(reason);
    tail.leave(this.#onWrite);
    clearInterval(this.#timer);
    metrics.streams.dec();
    if (reason !== 'client') {
      metrics.streamsEnded.inc({ reason });
      metrics.streamAlertsUnsent.inc(unsent);
    }
    if (reason === 'slow' || reason === 'stalled') {
      log('warn', 'a live stream was cut off because its client does not read', {
        token: this.#caller.tokenId,
        unsent,
      });
      this.#cut?.();
    }
    this.#onEnd();
  }

  /** What goes over the wire, piece by piece, as fast as the client takes it. */
  async *#pieces(first: string, from: number, present: number): AsyncGenerator<string, void, undefined> {
    yield first;
    for (let at = from; at < present; ) {
      const writes = await this.#missed(at);
      // Writes after the present are in the queue as well.
      const old = writes.filter((write) => write.change <= present);
      const text = old.map((write) => this.#frame(write)).join('');
      if (text !== '') yield text;
      at = writes.length < REPLAY_BATCH ? present : (writes.at(-1)?.change ?? present);
    }
    for (;;) {
      const text = await this.#queue.take();
      if (text === undefined) return;
      yield text;
    }
  }

  /** The client resumes by itself where it stands when the store fails in the middle. */
  async #missed(after: number): Promise<AlertWrite[]> {
    try {
      return await this.#parts.store.alerts.changesAfter(after, REPLAY_BATCH);
    } catch (error) {
      this.#parts.log('warn', `a live stream ends because the store does not answer: ${messageOf(error)}`);
      this.end('store');
      return [];
    }
  }

  readonly #onWrite = (write: AlertWrite): void => {
    const frame = this.#frame(write);
    if (frame !== '' && !this.#queue.push(frame)) this.end('slow');
  };

  /** The alert as an event; empty when the caller may not see it. */
  #frame({ change, alert }: AlertWrite): string {
    const { scope } = this.#caller;
    const namespace = alert.workload?.namespace;
    if (scope !== null && !(namespace && scope.includes(namespace))) return '';
    return `id: ${formatPosition(this.#parts.store.id, change)}\nevent: alert\ndata: ${JSON.stringify(alert)}\n\n`;
  }

  /** Tells the client that the server lives, and looks whether the client and its right to read still do. */
  async #beat(): Promise<void> {
    const standing = this.#queue.length > 0;
    if (standing && this.#takenBefore === this.#queue.taken) {
      this.end('stalled');
      return;
    }
    this.#takenBefore = standing ? this.#queue.taken : undefined;
    // A store that does not answer is no reason to end streams; the next beat asks again.
    const valid = await this.#parts.stillValid(this.#caller).catch(() => true);
    if (!valid) this.end('access');
    else if (!standing) this.#queue.push(': still here\n\n');
  }
}

/** The position comes first, so that a client that breaks off before the first alert misses none either. */
function greeting(position: string, reset: boolean): string {
  return `id: ${position}\nevent: ${reset ? 'reset' : 'ready'}\ndata: {}\n\n`;
}
