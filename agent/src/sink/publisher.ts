import {
  createInbox,
  errors,
  headers,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { type Log, LossReason, messageOf } from '@picket/sdk';
import { BatchQueue, type BatchQueueOptions, type DiskState, type Dropped, type QueueState } from './batch-queue.ts';
import { INBOX_PREFIX } from './connection.ts';
import { readAck } from './publish-ack.ts';
import type { OutgoingBatch, SpooledBatch } from './spool.ts';
import { StreamOrder } from './stream-order.ts';

export interface PublisherOptions {
  readonly subject: string;
  /** Batches published and not acknowledged. */
  readonly window: number;
  /** Bytes of batches kept in memory. */
  readonly spoolBytes: number;
  /** Where batches go that memory has no room for. */
  readonly disk?: BatchQueueOptions['disk'];
  readonly log: Log;
  /** Called with all batches that will never reach the bus. */
  readonly onDropped: (dropped: Dropped) => void;
  /** Called with the message of each batch that the stream has taken: nobody looks at it again. */
  readonly onTaken?: (message: Uint8Array) => void;
  /** Called when there is room for more: after acks and when the bus is back. */
  readonly onRoom: () => void;
  /** How long an ack may take, in ms. */
  readonly ackMs?: number;
}

const ACK_MS = 5000;
const CHECK_MS = 250;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;

/**
 * Publishes batches into the event stream in their order, each once. Up to `window` are on the way; a message id and
 * the stream's memory of ids make a second sending harmless. When one fails, all that are not acknowledged are sent
 * again from the first on, one alone until the stream takes it: a stream that is not there yet, or not any more, must
 * not take a later batch before an earlier one.
 */
export class Publisher {
  readonly stats = { batches: 0, bytes: 0, duplicates: 0, failures: 0, dropped: 0, reordered: 0, resets: 0 };
  inFlight = 0;
  readonly #options: PublisherOptions;
  readonly #queue: BatchQueue;
  readonly #order = new StreamOrder();
  #connection: NatsConnection | undefined;
  #acks: Subscription | undefined;
  #inbox = '';
  /** Grows whenever everything is sent again: answers to older attempts tell of success, not of failure. */
  #round = 0;
  #next = 0;
  #probing = true;
  #failuresInRow = 0;
  #pause: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;
  #stopped = false;
  #saidFull = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#queue = new BatchQueue({
      memoryBytes: options.spoolBytes,
      ...(options.disk && { disk: options.disk }),
      log: options.log,
      onDropped: (dropped) => this.#dropped(dropped),
      onMore: () => this.#more(),
    });
  }

  /** Takes up what an earlier run left on disk. To be awaited before the first batch is offered. */
  prepare(): Promise<void> {
    return this.#queue.open();
  }

  /** Batches that are not acknowledged: those in memory and their bytes, those on disk and the bytes of their files. */
  get queue(): QueueState {
    return this.#queue.state;
  }

  /** What the disk spool did; undefined while there is none. */
  get disk(): DiskState | undefined {
    return this.#queue.disk;
  }

  /** Whether a batch handed over now would go out now. */
  get open(): boolean {
    return this.#canSend() && this.#next >= this.#queue.end && !this.#queue.hasMore;
  }

  /** Takes a batch. It is sent, kept while the bus is away, or dropped and reported. */
  offer(batch: OutgoingBatch): void {
    this.#queue.push(batch);
    this.#send();
  }

  up(connection: NatsConnection): void {
    this.#connection = connection;
    this.#inbox = createInbox(INBOX_PREFIX);
    this.#acks = connection.subscribe(`${this.#inbox}.>`, { callback: (_, message) => this.#answered(message) });
    this.#check ??= setInterval(() => this.#checkAcks(), CHECK_MS).unref();
    this.#restart();
    this.#send();
    this.#options.onRoom();
  }

  /** The connection is gone. May be said twice. */
  down(): void {
    this.#connection = undefined;
    this.#acks = undefined;
    this.#restart();
  }

  /**
   * Waits until everything is acknowledged, at most `ms`. What is not goes to disk, for the next run.
   * @returns the number of batches that are lost
   */
  async stop(ms: number): Promise<number> {
    if (!this.#queue.isEmpty && !this.#canWait) await this.#emptied(ms);
    clearInterval(this.#check);
    clearTimeout(this.#pause);
    this.#acks?.unsubscribe();
    this.#connection = undefined;
    this.#stopped = true;
    return this.#queue.close();
  }

  /** Without a bus there are no acks to wait for; on disk the batches can wait for the next run. */
  get #canWait(): boolean {
    return this.#connection === undefined && this.#queue.disk?.working === true;
  }

  async #emptied(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Batches came from disk, or it is known that none are left there. */
  #more(): void {
    if (this.#stopped) return;
    this.#send();
    this.#options.onRoom();
    this.#sayIfEmpty();
  }

  #sayIfEmpty(): void {
    if (!this.#queue.isEmpty) return;
    this.#saidFull = false;
    this.#onEmpty?.();
  }

  #canSend(): boolean {
    const limit = this.#probing ? 1 : this.#options.window;
    return this.#connection !== undefined && this.#pause === undefined && this.inFlight < limit;
  }

  #send(): void {
    while (this.#next < this.#queue.end && this.#canSend()) {
      const batch = this.#queue.at(this.#next++);
      if (batch) this.#publish(batch);
    }
  }

  #publish(batch: SpooledBatch): void {
    const named = headers();
    named.set('Nats-Msg-Id', batch.id);
    try {
      this.#connection?.publish(this.#options.subject, batch.message, {
        reply: `${this.#inbox}.${this.#round}.${batch.index}`,
        headers: named,
      });
    } catch (error) {
      this.#notPublished(batch, error);
      return;
    }
    batch.state = 'sent';
    batch.round = this.#round;
    batch.sentAt = performance.now();
    this.inFlight++;
  }

  #notPublished(batch: SpooledBatch, error: unknown): void {
    if (!(error instanceof errors.InvalidArgumentError)) {
      this.down();
      return;
    }
    // Larger than the server allows, now and for ever.
    this.#options.log.error('the bus can not take a batch: raise its max_payload', { why: messageOf(error) });
    const { kinds, id } = batch;
    this.#queue.settle(batch, 'dropped');
    this.#dropped({ kinds, id, batches: 1, reason: LossReason.spoolFull });
  }

  #answered(message: Msg): void {
    const [round, index] = message.subject
      .slice(this.#inbox.length + 1)
      .split('.')
      .map(Number);
    const batch = this.#queue.at(index ?? -1);
    if (batch?.state !== 'sent') return;
    const ack = readAck(message);
    if ('failure' in ack) {
      if (round === this.#round) this.#failed(ack.failure);
      return;
    }
    if (round === this.#round) {
      this.#probing = false;
      this.#failuresInRow = 0;
    }
    this.#accepted(batch, ack.sequence, ack.duplicate);
  }

  #accepted(batch: SpooledBatch, sequence: number, duplicate: boolean): void {
    if (batch.round === this.#round) this.inFlight--;
    this.stats.batches++;
    this.stats.bytes += batch.message.length;
    if (duplicate) this.stats.duplicates++;
    else this.#look(batch, sequence);
    this.#queue.settle(batch, 'acked');
    this.#options.onTaken?.(batch.message);
    this.#send();
    this.#options.onRoom();
    this.#sayIfEmpty();
  }

  /** Everything not acknowledged is sent again, after a pause that grows with failures in a row. */
  #failed(why: string): void {
    this.stats.failures++;
    const pause = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#failuresInRow++, 10));
    if (this.#failuresInRow === 1 || this.#failuresInRow % 30 === 0)
      this.#options.log.warn('the event stream does not take batches, trying again', { why });
    this.#restart();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#send();
    }, pause);
  }

  #restart(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#round++;
    this.inFlight = 0;
    this.#next = this.#queue.head;
    this.#probing = true;
  }

  /** Batches are sent in order, so that the oldest of them is the one that has waited longest. */
  #checkAcks(): void {
    if (this.inFlight === 0) return;
    for (let index = this.#queue.head; index < this.#next; index++) {
      const batch = this.#queue.at(index);
      if (batch?.state !== 'sent' || batch.round !== this.#round) continue;
      const limit = this.#options.ackMs ?? ACK_MS;
      if (performance.now() - batch.sentAt > limit) this.#failed(`no answer within ${limit} ms`);
      return;
    }
  }

  #look(batch: SpooledBatch, sequence: number): void {
    const place = this.#order.add(batch.index, sequence);
    if (place === 'behind') {
      this.stats.reordered++;
      this.#options.log.warn('the stream took a batch behind later ones', { id: batch.id });
    } else if (place === 'reset') {
      this.stats.resets++;
      this.#options.log.warn(
        'the event stream begins anew: what it had is gone, batches that are not acknowledged are sent to the new one',
      );
    }
  }

  #dropped(dropped: Dropped): void {
    this.stats.dropped += dropped.batches;
    if (!this.#saidFull && dropped.reason === LossReason.spoolFull) {
      this.#saidFull = true;
      const room = this.#queue.state;
      this.#options.log.warn('the spool has no room, batches are lost: their events are counted by kind', { ...room });
    }
    this.#options.onDropped(dropped);
    this.#sayIfEmpty();
  }
}
