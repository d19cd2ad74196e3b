import { messageOf, PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { ActivePartitions } from './active-partitions.ts';
import { toBusError } from './bus-error.ts';
import { LeaseTable } from './lease.ts';
import { Members } from './members.ts';
import { PartitionReader, type ReaderContext } from './partition-reader.ts';
import type { PartitionStats } from './types.ts';

/** How often a batch may make its partition fail before it is left out. */
const TRIES = 2;

/**
 * Takes the leases of active partitions up to this replica's share and runs a reader for each. A reader that fails
 * is started again from its checkpoint at the next look.
 */
export class Partitions {
  readonly #context: ReaderContext;
  readonly #active: ActivePartitions;
  readonly #leases: LeaseTable;
  readonly #members: Members;
  readonly #readers = new Map<number, PartitionReader>();
  /** Batches that made a reader fail, and how often in a row. */
  readonly #failures = new Map<number, { at: number; times: number }>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #busTrouble = false;

  /** @param owner unique for this run of this process; a valid key */
  constructor(context: ReaderContext, owner: string) {
    const { connection, jsm, kv, settings } = context;
    this.#context = context;
    this.#leases = new LeaseTable(kv, owner, settings.leaseTtlMs);
    this.#members = new Members(kv, jsm, owner, settings.leaseTtlMs);
    this.#active = new ActivePartitions(connection.nats, jsm, () => this.#look());
    this.#look();
  }

  /** Counters of the partitions that are ours now. */
  stats(): PartitionStats[] {
    return [...this.#readers.values()].map((reader) => reader.stats()).sort((a, b) => a.partition - b.partition);
  }

  /** Stops all readers behind the batch at hand, makes last checkpoints and gives the leases back. */
  async stop(): Promise<void> {
    await this.#leave();
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop()));
    if (this.#context.connection.isUp)
      await this.#members.leave().catch((error) => this.#report(toBusError(error, 'leave the replicas')));
  }

  /** Stops as a crash would: no checkpoints, and the leases are left to run out. */
  async abandon(): Promise<void> {
    await this.#leave();
    await Promise.all([...this.#readers.values()].map((reader) => reader.abandon()));
  }

  async #leave(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#active.close();
    await this.#looking;
  }

  /** Looks now, or once more when a look is at work. */
  #look(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
      if (this.#again) this.#look();
    });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      clearTimeout(this.#timer);
      try {
        if (this.#context.connection.isUp) await this.#lookOnce();
        this.#busTrouble = false;
      } catch (error) {
        if (!this.#busTrouble) this.#report(error);
        this.#busTrouble = true;
      }
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), this.#context.settings.lookMs);
  }

  async #lookOnce(): Promise<void> {
    const active = await this.#active.look();
    const share = Math.ceil(active.size / (await this.#members.count()));
    await this.#handOver(this.#readers.size - share);
    for (const partition of active) {
      if (this.#stopped || this.#readers.size >= share) return;
      if (!this.#readers.has(partition)) await this.#take(partition);
    }
  }

  /** Gives back what is more than our share: the others take it at their next look. */
  async #handOver(surplus: number): Promise<void> {
    const leaving = surplus > 0 ? [...this.#readers.values()].slice(-surplus) : [];
    await Promise.all(leaving.map((reader) => reader.stop()));
  }

  async #take(partition: number): Promise<void> {
    const lease = await this.#leases.tryAcquire(`lease.${partition}`);
    if (!lease) return;
    if (this.#stopped) return lease.release();
    const failure = this.#failures.get(partition);
    const poison = failure && failure.times >= TRIES ? failure.at : undefined;
    const reader = new PartitionReader(this.#context, partition, lease, poison);
    this.#readers.set(partition, reader);
    void this.#attend(reader);
  }

  async #attend(reader: PartitionReader): Promise<void> {
    const { partition } = reader;
    try {
      await reader.done;
    } catch (error) {
      this.#remember(reader);
      this.#report(error, partition, reader.failedAt);
    }
    this.#readers.delete(partition);
    this.#context.work.release?.(partition);
  }

  #remember(reader: PartitionReader): void {
    const at = reader.failedAt;
    if (at === undefined) return;
    const before = this.#failures.get(reader.partition);
    this.#failures.set(reader.partition, { at, times: before?.at === at ? before.times + 1 : 1 });
    this.#look();
  }

  #report(error: unknown, partition?: number, streamSequence?: number): void {
    const typed =
      error instanceof PicketError
        ? error
        : new ControlPlaneError('HANDLER_FAILED', messageOf(error), { cause: error });
    this.#context.work.onError({
      error: typed,
      skipped: false,
      ...(partition !== undefined && { partition }),
      ...(streamSequence !== undefined && { streamSequence }),
    });
  }
}
