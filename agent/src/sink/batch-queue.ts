import { type Log, LossReason, messageOf } from '@picket/sdk';
import { DiskSpool } from './disk/disk-spool.ts';
import { lockSpool } from './disk/spool-lock.ts';
import { type KeptBatch, type OutgoingBatch, OVERHEAD, Spool, type SpooledBatch } from './spool.ts';

export interface BatchQueueOptions {
  /** Bytes of batches kept in memory. */
  readonly memoryBytes: number;
  /** Where batches go that memory has no room for; without it they are dropped. */
  readonly disk?: { readonly folder: string; readonly bytes: number; readonly token: string };
  readonly log: Log;
  /** Told of batches that will never reach the bus. */
  readonly onDropped: (dropped: Dropped) => void;
  /** Batches came from disk. */
  readonly onMore: () => void;
}

/** Batches that are lost: how many records of each kind (0: not known) were in them. */
export interface Dropped {
  readonly kinds: Uint32Array;
  readonly batches: number;
  readonly reason: LossReason;
  /** Id of the batch where it is one alone and known. */
  readonly id?: string;
}

/** Batches that are not acknowledged, and bytes they take. */
export interface QueueState {
  readonly batches: number;
  readonly bytes: number;
  readonly diskBatches: number;
  readonly diskBytes: number;
}

/** Batches that the disk spool wrote, read and lost since start, and how it is. */
export interface DiskState {
  readonly written: number;
  readonly read: number;
  readonly lost: number;
  /** Times that the disk took nothing, and whether it takes something now. */
  readonly failures: number;
  readonly working: boolean;
  /** Batches in memory that wait to be written. */
  readonly waiting: number;
  /** Files that were set aside because they can not be sent. */
  readonly rejected: number;
}

/**
 * With a disk a quarter of the memory holds the oldest batches. The rest is for those that wait to be written: a busy
 * disk may take none for seconds.
 */
const OLDEST_SHARE = 1 / 4;
/** Two batches of the largest size. */
const LEAST_OLDEST = 512 * 1024;
/** Bytes brought back from disk ahead of being sent. */
const MOST_AHEAD = 8 * 1024 * 1024;

/**
 * All batches that the bus does not have, in one order: memory holds the oldest, disk those behind them. As long as
 * there is one on disk a new one goes there too; what memory sets free is filled from disk.
 */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  readonly #memory: Spool;
  #disk: DiskSpool | undefined;
  #unlock: (() => void) | undefined;
  /** Bytes of the oldest batches, which do not go to disk. */
  readonly #oldestBytes: number;
  #place = 0;
  #refilling: Promise<void> | undefined;
  /** There may be more than the refilling under way has seen. */
  #again = false;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
    this.#memory = new Spool(options.memoryBytes);
    this.#oldestBytes = Math.max(LEAST_OLDEST, Math.floor(options.memoryBytes * OLDEST_SHARE));
  }

  /** Looks for what an earlier run left on disk. Without a folder that can be used the queue goes on in memory alone. */
  async open(): Promise<void> {
    const { disk, memoryBytes, log, onDropped } = this.#options;
    if (!disk || disk.bytes === 0) return;
    try {
      this.#unlock = lockSpool(disk.folder);
      if (!this.#unlock) throw new Error('another agent uses it');
      this.#disk = await DiskSpool.open({
        ...disk,
        limit: disk.bytes,
        waitingBytes: () => memoryBytes - Math.max(this.#oldestBytes, this.#memory.bytes),
        log,
        onLost: (kinds, batches, why) =>
          onDropped({ kinds, batches, reason: why === 'full' ? LossReason.spoolFull : LossReason.malformed }),
        onMore: () => this.refill(),
      });
      this.#place = this.#disk.nextPlace;
    } catch (error) {
      const why = messageOf(error);
      log.error('the spool folder can not be used, batches are kept in memory only', { folder: disk.folder, why });
    }
    this.refill();
  }

  get head(): number {
    return this.#memory.head;
  }
  get end(): number {
    return this.#memory.end;
  }
  get state(): QueueState {
    const disk = this.#disk;
    const waiting = disk?.waiting ?? { batches: 0, bytes: 0 };
    return {
      batches: this.#memory.size + waiting.batches,
      bytes: this.#memory.bytes + waiting.bytes,
      diskBatches: disk?.batches ?? 0,
      diskBytes: disk?.bytes ?? 0,
    };
  }
  get disk(): DiskState | undefined {
    const disk = this.#disk;
    return disk && { ...disk.stats, working: disk.working, waiting: disk.waiting.batches, rejected: disk.rejected };
  }
  get isEmpty(): boolean {
    return this.#memory.size === 0 && !this.hasMore;
  }
  /** Whether batches lie behind those in memory. */
  get hasMore(): boolean {
    return this.#refilling !== undefined || (this.#disk?.active ?? false);
  }

  at(index: number): SpooledBatch | undefined {
    return this.#memory.at(index);
  }

  push(batch: OutgoingBatch): void {
    const place = this.#place++;
    const cost = batch.message.length + OVERHEAD;
    const fits = this.#memory.bytes + cost <= this.#oldestBytes;
    if (this.#disk && (this.hasMore || !fits)) this.#disk.append(batch, place);
    else this.#keep({ ...batch, place });
    this.refill();
  }

  /** Takes a batch out: the stream has it, or never will. */
  settle(batch: SpooledBatch, state: 'acked' | 'dropped'): void {
    this.#memory.settle(batch, state);
    this.refill();
  }

  /** Brings batches from disk while memory has room for them. */
  refill(): void {
    const disk = this.#disk;
    if (!disk?.active || this.#room <= 0) return;
    this.#again = true;
    this.#refilling ??= this.#fill(disk).finally(() => {
      this.#refilling = undefined;
      if (this.#again) this.refill();
      this.#options.onMore();
    });
  }

  /** Ends. Keeps on disk for the next run what can be kept. @returns batches that are lost */
  async close(): Promise<number> {
    const disk = this.#disk;
    this.#disk = undefined;
    await this.#refilling;
    const older = [...this.#memory.all()].filter(({ settled }) => !settled);
    if (!disk) return older.length;
    const lost = await disk.close(older.map((batch) => ({ batch, place: batch.place ?? 0 })));
    this.#unlock?.();
    return lost;
  }

  /** Bytes that may be read from disk now. */
  get #room(): number {
    return Math.min(MOST_AHEAD, this.#oldestBytes) - this.#memory.bytes;
  }

  async #fill(disk: DiskSpool): Promise<void> {
    while (this.#again && this.#disk && this.#room > 0) {
      this.#again = false;
      const batches = await disk.take(this.#room);
      for (const batch of batches) this.#keep(batch);
      if (batches.length > 0) this.#again = true;
    }
    this.#again = false;
  }

  #keep(batch: KeptBatch): void {
    for (const { kinds, id } of this.#memory.push(batch))
      this.#options.onDropped({ kinds, id, batches: 1, reason: LossReason.spoolFull });
  }
}
