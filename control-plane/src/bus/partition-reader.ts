import { setTimeout as wait } from 'node:timers/promises';
import type { JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { BatchError, type PicketError } from '@picket/sdk';
import { toBusError } from './bus-error.ts';
import { Checkpointer, type Position } from './checkpointer.ts';
import type { BusConnection } from './connect.ts';
import { EventConsumer, eventStreamState } from './event-consumer.ts';
import { Halt } from './halt.ts';
import { type Lease, leaseLost } from './lease.ts';
import { LossWatch } from './loss-watch.ts';
import { handlerFailed, isBusTrouble, poisoned, streamReplaced } from './partition-errors.ts';
import { restorePartition } from './partition-state.ts';
import { Turns } from './turns.ts';
import type { BusSettings, PartitionStats, PartitionWork } from './types.ts';

/** What a reader needs of the bus. */
export interface ReaderContext {
  readonly connection: BusConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kv: KV;
  readonly settings: BusSettings;
  readonly work: PartitionWork;
  /** Ends when every finding handed on so far is on the bus. */
  readonly flush: () => Promise<void>;
  /** Ends when there is room for more findings; undefined when there is now. */
  readonly room: () => Promise<void> | undefined;
}

const PAUSE_MS = 250;
const LAST_CHECKPOINT_MS = 3000;

/**
 * Reads one partition in order under a lease: restores the checkpoint, applies every batch once, makes checkpoints.
 * "Once" holds for the state: after a crash the batches behind the checkpoint are applied again, to the state of the
 * checkpoint.
 */
export class PartitionReader {
  readonly partition: number;
  readonly lease: Lease;
  /** Ends when the reader has stopped; rejects with what stopped it when nobody asked it to. */
  readonly done: Promise<void>;
  /** The batch at which `handle` threw an error that is not a BatchError. */
  failedAt: number | undefined;
  readonly #context: ReaderContext;
  /** A batch that is not handed to `handle` any more. */
  readonly #poison: number | undefined;
  #stopping = false;
  #failure: unknown;
  readonly #halt = new Halt();
  #consumer: EventConsumer | undefined;
  #checkpointer: Checkpointer | undefined;
  #lastMessage: JsMsg | undefined;
  readonly #losses: LossWatch;
  #streamCreated = '';
  #applied = 0;
  #pending = 0;
  /** Handling and snapshots take turns. */
  readonly #turns = new Turns();
  #busTrouble = false;
  #ticks = 0;
  #counts = { batches: 0, bytes: 0, skipped: 0, duplicates: 0, opened: 0, lostAtMost: 0 };

  constructor(context: ReaderContext, partition: number, lease: Lease, poison?: number) {
    this.#context = context;
    this.partition = partition;
    this.lease = lease;
    this.#poison = poison;
    this.#losses = new LossWatch(context.jsm);
    void lease.lost.then(() => this.#fail(leaseLost(lease.key)));
    this.done = this.#run();
  }

  stats(): PartitionStats {
    const { opened, ...counts } = this.#counts;
    return {
      partition: this.partition,
      epoch: this.lease.epoch,
      applied: this.#applied,
      pending: this.#pending,
      ...counts,
      reopened: Math.max(0, opened - 1),
      checkpoints: this.#checkpointer?.made ?? 0,
      checkpointFailures: this.#checkpointer?.failures ?? 0,
      checkpointBytes: this.#checkpointer?.lastBytes ?? 0,
    };
  }

  /** Stops behind the batch at hand, makes a last checkpoint and gives the lease back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#halted();
    await this.done.catch(() => undefined); // Whoever holds `done` sees the error.
  }

  /** Stops as a crash would: no last checkpoint, and the lease is left to run out. */
  async abandon(): Promise<void> {
    this.lease.abandon();
    await this.done.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { connection, settings } = this.#context;
    const forget = connection.onReconnect(() => this.#consumer?.stop());
    const timer = setInterval(() => void this.#tick(), Math.max(50, settings.checkpointMs / 2));
    try {
      await this.#restore();
      while (!this.#isOver) await this.#consume();
      if (!this.#failure) await this.#turns.run(() => this.#checkpointer?.finish(this.#position(), LAST_CHECKPOINT_MS));
    } catch (error) {
      if (this.#stopping) this.#report(error);
      this.#fail(error);
    } finally {
      clearInterval(timer);
      forget();
      this.#consumer?.stop();
      await this.#checkpointer?.abandon();
      await this.#giveBack();
    }
    if (this.#failure) throw this.#failure;
  }

  async #giveBack(): Promise<void> {
    if (!this.#context.connection.isUp) return this.lease.abandon();
    await this.lease.release().catch((error) => this.#report(error));
  }

  get #isOver(): boolean {
    return this.#stopping || this.#failure !== undefined;
  }

  #fail(error: unknown): void {
    // A lease that ends because it was given back is no failure.
    this.#failure ??= this.#stopping ? undefined : error;
    this.#halted();
  }

  #halted(): void {
    this.#halt.set();
    this.#consumer?.stop();
  }

  async #restore(): Promise<void> {
    const { settings, work, flush } = this.#context;
    const { partition, lease } = this;
    const report = (error: PicketError) => this.#report(error);
    const { store, saved } = await restorePartition(this.#context, partition, lease.epoch, report);
    this.#applied = saved?.applied ?? 0;
    this.#streamCreated = saved?.streamCreated ?? '';
    this.#losses.reset(Math.max(saved?.settled ?? 0, this.#applied));
    this.#checkpointer = new Checkpointer(
      {
        store,
        everyMs: settings.checkpointMs,
        everyBatches: settings.checkpointBatches,
        snapshot: () => work.snapshot(partition),
        flush,
        onError: (error) => (error.code === 'LEASE_LOST' ? this.#fail(error) : report(error)),
      },
      this.#applied,
    );
  }

  /** One life of the consumer. */
  async #consume(): Promise<void> {
    await this.#halt.unless(this.#context.connection.whenUp());
    if (this.#isOver) return;
    try {
      // A stale owner must not replace the consumer of the new one.
      await this.#halt.unless(this.lease.confirm());
      if (this.#isOver) return;
      const consumer = await this.#open();
      this.#busTrouble = false;
      for await (const message of consumer.messages()) {
        await this.#readyForNext();
        if (this.#isOver) return;
        await this.#turns.run(() => this.#apply(message));
        if (this.#checkpointer?.isDue) await this.#turns.run(() => this.#beginCheckpoint());
        if (this.#losses.isUrgent) await this.#settle();
      }
    } catch (error) {
      if (!isBusTrouble(error)) throw error;
      if (!this.#busTrouble) this.#report(error);
      this.#busTrouble = true;
      await this.#halt.unless(wait(PAUSE_MS));
    }
  }

  async #open(): Promise<EventConsumer> {
    const { js, jsm, settings } = this.#context;
    const stream = await eventStreamState(jsm);
    if (stream.created !== this.#streamCreated || stream.last < this.#applied)
      this.#beginStream(stream.created, stream.first);
    const reading = { partition: this.partition, start: this.#applied + 1, readAhead: settings.readAhead };
    const consumer = await EventConsumer.open(js, jsm, reading);
    this.#counts.opened++;
    this.#consumer = consumer;
    this.#lastMessage = undefined;
    if (this.#isOver) consumer.stop();
    return consumer;
  }

  /** The stream is another one than before: its sequences mean something else. */
  #beginStream(created: string, first: number): void {
    if (this.#streamCreated !== '') this.#report(streamReplaced(this.partition));
    this.#streamCreated = created;
    this.#applied = 0;
    // an empty stream says 0
    this.#losses.reset(Math.max(0, first - 1));
  }

  async #readyForNext(): Promise<void> {
    if (this.lease.isDoubtful) await this.#halt.unless(this.lease.assure());
    const room = this.#context.room();
    if (room) await this.#halt.unless(room);
  }

  async #apply(message: JsMsg): Promise<void> {
    const { streamSequence, pending } = message.info;
    if (streamSequence <= this.#applied) {
      this.#counts.duplicates++;
      return;
    }
    if (streamSequence === this.#poison) this.#skip(streamSequence, poisoned(this.partition, streamSequence));
    else await this.#handle(message, streamSequence);
    this.#applied = streamSequence;
    this.#pending = pending;
    this.#lastMessage = message;
    this.#losses.note(streamSequence);
    this.#counts.batches++;
    this.#counts.bytes += message.data.length;
    this.#checkpointer?.note();
  }

  async #handle(message: JsMsg, streamSequence: number): Promise<void> {
    const { partition } = this;
    try {
      await this.#context.work.handle({ partition, subject: message.subject, streamSequence, bytes: message.data });
    } catch (cause) {
      if (cause instanceof BatchError) return this.#skip(streamSequence, cause);
      this.failedAt = streamSequence;
      throw handlerFailed(partition, streamSequence, cause);
    }
  }

  #skip(streamSequence: number, error: PicketError): void {
    this.#counts.skipped++;
    this.#context.work.onError({ error, partition: this.partition, streamSequence, skipped: true });
  }

  async #tick(): Promise<void> {
    if (this.#isOver || !this.#context.connection.isUp) return;
    try {
      if (this.#ticks++ % 2 === 1) await this.#settle();
      await this.#turns.run(() => (!this.#isOver && this.#checkpointer?.isDue ? this.#beginCheckpoint() : undefined));
    } catch (error) {
      this.#fail(error);
    }
  }

  #beginCheckpoint(): Promise<void> | undefined {
    return this.#checkpointer?.begin(this.#position());
  }

  #position(): Position {
    const message = this.#lastMessage;
    const consumer = this.#consumer;
    return {
      applied: this.#applied,
      settled: Math.max(this.#applied, this.#losses.settled),
      streamCreated: this.#streamCreated,
      // Delivery numbers of an earlier consumer would confuse this one.
      ack: () => (consumer === this.#consumer ? message?.ack() : undefined),
    };
  }

  /** Looks for batches that the limits of the stream discarded before we got them. */
  async #settle(): Promise<void> {
    if (!this.#consumer) return;
    try {
      const gap = await this.#losses.settle(this.#consumer);
      if (!gap) return;
      const { first, last, unknown } = gap;
      this.#counts.lostAtMost += unknown;
      const { partition } = this;
      this.#context.work.onLoss({ partition, reason: 'bus_limit', first, last, batchesAtMost: unknown });
    } catch (error) {
      // The loop that reads meets the same trouble and reports it.
      if (!isBusTrouble(error)) throw error;
    }
  }

  #report(error: unknown): void {
    const typed = toBusError(error, `read partition ${this.partition}`);
    this.#context.work.onError({ error: typed, partition: this.partition, skipped: false });
  }
}
