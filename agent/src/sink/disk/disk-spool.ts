import { type Log, messageOf } from '@picket/sdk';
import type { KeptBatch, OutgoingBatch } from '../spool.ts';
import { leastLength, type PlacedBatch, placed } from './lane-files.ts';
import { Lanes } from './lanes.ts';
import { SpoolFolder } from './spool-folder.ts';

export interface DiskSpoolOptions {
  readonly folder: string;
  /** Token of the node: files of another are set aside. */
  readonly token: string;
  /** Bytes of all files. */
  readonly limit: number;
  /** Bytes of batches that may wait to be written now. */
  readonly waitingBytes: () => number;
  readonly log: Log;
  /** Told of batches that will never reach the bus, by kind; `unreadable` when files are damaged, not full. */
  readonly onLost: (kinds: Uint32Array, batches: number, why: 'full' | 'unreadable') => void;
  /** There is more to `take` than before. */
  readonly onMore: () => void;
}

const RETRY_MS = 5000;
const LEAST_SEGMENT = 256 * 1024;
const MOST_SEGMENT = 8 * 1024 * 1024;

/**
 * Batches on disk, in their order, over the end of the process. Writing waits for no one: batches are collected
 * while a write is under way, and all of them are written with the next. When the files would take more than `limit`, the
 * oldest file without urgent batches goes first, then the oldest. A batch stays on disk until the stream has it.
 */
export class DiskSpool {
  readonly stats = { written: 0, read: 0, lost: 0, failures: 0 };
  /** False while the disk takes nothing: it is tried again every 5 s. */
  working = true;
  readonly #options: DiskSpoolOptions;
  readonly #folder: SpoolFolder;
  readonly #lanes: Lanes;
  /** In order; each stays here until it is in a file. */
  #waiting: PlacedBatch[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #taking = false;
  #tidying: Promise<void> | undefined;
  #tidyAgain = false;
  #closed = false;

  private constructor(options: DiskSpoolOptions, folder: SpoolFolder) {
    this.#options = options;
    this.#folder = folder;
    const size = Math.min(MOST_SEGMENT, Math.max(LEAST_SEGMENT, Math.floor(options.limit / 16)));
    this.#lanes = new Lanes(folder, size);
  }

  /**
   * Opens the folder and looks through what earlier runs left: that comes first.
   * @throws Error of the file system when the folder can not be used
   */
  static async open(options: DiskSpoolOptions): Promise<DiskSpool> {
    const folder = new SpoolFolder(options.folder, options.token, options.log);
    await folder.make();
    const spool = new DiskSpool(options, folder);
    const { segments, lost } = await folder.leftovers();
    for (const segment of segments) spool.#lanes.add(segment);
    for (const { kinds, batches } of lost) spool.#lose(kinds, batches, 'unreadable');
    if (segments.length > 0)
      options.log.info('an earlier run left batches on disk: they are sent first', { batches: spool.batches });
    return spool;
  }

  /** Place behind everything that lies here. */
  get nextPlace(): number {
    return this.#lanes.lastPlace + 1;
  }
  /** Whether there are batches that were not taken: a new one must come behind them. */
  get active(): boolean {
    return this.#taking || this.#waiting.length > 0 || this.#lanes.hasUnread;
  }
  /** Batches in files that were not taken. */
  get batches(): number {
    return this.#lanes.unread;
  }
  /** Bytes of all files. */
  get bytes(): number {
    return this.#lanes.bytes;
  }
  /** Batches and bytes in memory that wait to be written. */
  get waiting(): { readonly batches: number; readonly bytes: number } {
    return { batches: this.#waiting.length, bytes: this.#waitingBytes };
  }
  /** Files that were set aside. */
  get rejected(): number {
    return this.#folder.rejected;
  }

  /** Takes a batch behind all others. Drops and reports it when the disk is so slow that too many wait. */
  append(batch: OutgoingBatch, place: number): void {
    const full = this.#waiting.length > 0 && this.#waitingBytes + leastLength(batch) > this.#options.waitingBytes();
    if (full) {
      this.#lose(batch.kinds, 1, 'full');
      return;
    }
    const entry = placed(batch, place);
    this.#waiting.push(entry);
    this.#waitingBytes += entry.length;
    this.#write();
  }

  /**
   * The next batches in order, some `bytes` of them; those with `settled` stay on disk until it is called. Calls must
   * not overlap.
   */
  async take(bytes: number): Promise<KeptBatch[]> {
    this.#taking = true;
    const taken: KeptBatch[] = [];
    try {
      for (let sum = 0; sum < bytes; ) {
        const next = await this.#next();
        if (!next) break;
        taken.push(next);
        sum += next.message.length;
      }
      return taken;
    } finally {
      this.#taking = false;
    }
  }

  /**
   * Writes batches that are older than all that were taken or lie here, for the next run, and ends.
   * @returns how many batches are not on disk
   */
  async close(older: readonly { readonly batch: OutgoingBatch; readonly place: number }[]): Promise<number> {
    clearTimeout(this.#retry);
    await this.#writing;
    this.#closed = true;
    const newer = this.#waiting;
    let missing = 0;
    // In files of their own: what lies on disk is between them.
    for (const part of [older.map(({ batch, place }) => placed(batch, place)), newer]) {
      await this.#lanes.roll();
      missing += await this.#save(part);
    }
    await this.#tidy();
    await this.#lanes.close();
    return missing;
  }

  async #save(part: PlacedBatch[]): Promise<number> {
    this.#waiting = part;
    const lost = this.stats.lost;
    try {
      await this.#writeAll();
    } catch (error) {
      this.#options.log.error('batches can not be kept on disk for the next run', { why: messageOf(error) });
    }
    return this.#waiting.length + this.stats.lost - lost;
  }

  async #next(): Promise<KeptBatch | undefined> {
    for (const { kinds, batches } of await this.#lanes.fill()) this.#lose(kinds, batches, 'unreadable');
    // What waits may be older than what lies in a file: then it must come first.
    const before = this.#waiting[0]?.place ?? Number.POSITIVE_INFINITY;
    const next = this.#lanes.next(before, () => void this.#tidy());
    if (!next) return this.#bypass();
    this.stats.read++;
    return next;
  }

  /** The disk does not take the oldest that waits, and nothing in the files is older: it needs the disk no more. */
  #bypass(): KeptBatch | undefined {
    if (this.#writing) return undefined;
    const first = this.#waiting.shift();
    if (!first) return undefined;
    this.#waitingBytes -= first.length;
    return { ...first.batch, place: first.place };
  }

  /** Removes the files that are done with. */
  #tidy(): Promise<void> {
    this.#tidyAgain = true;
    this.#tidying ??= this.#tidyAll().finally(() => {
      this.#tidying = undefined;
    });
    return this.#tidying;
  }

  async #tidyAll(): Promise<void> {
    const isIdle = () => !this.#writing && this.#waiting.length === 0;
    try {
      while (this.#tidyAgain) {
        this.#tidyAgain = false;
        await this.#lanes.tidy(isIdle);
      }
    } catch (error) {
      this.#options.log.warn('a file of the spool can not be removed', { why: messageOf(error) });
    }
  }

  #write(): void {
    if (this.#writing || this.#retry || this.#closed) return;
    this.#writing = this.#writeAll()
      .then(
        () => this.#works(),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#write();
        this.#options.onMore();
      });
  }

  /** Until nothing waits. @throws Error of the file system, when there is nothing to be removed for more room */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = await this.#makeRoom();
      try {
        await this.#writeGroup(group);
      } catch (error) {
        // Somebody else fills the disk: what is oldest gives way, as if the limit were reached.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC' || !(await this.#evict(true))) throw error;
      }
    }
  }

  async #writeGroup(group: readonly PlacedBatch[]): Promise<void> {
    const done = new Set<PlacedBatch>();
    try {
      await this.#lanes.write(group, (each) => void done.add(each));
    } finally {
      this.stats.written += done.size;
      this.#waiting = this.#waiting.filter((each) => !done.has(each));
      for (const { length } of done) this.#waitingBytes -= length;
    }
  }

  /** Makes room for what waits, or drops of it what finds none. @returns what has room */
  async #makeRoom(): Promise<PlacedBatch[]> {
    const group: PlacedBatch[] = [];
    let planned = 0;
    for (const entry of [...this.#waiting]) {
      const fits = () => this.bytes + planned + entry.length <= this.#options.limit;
      while (!fits() && (await this.#evict(entry.batch.urgent)));
      if (!fits()) {
        this.#give(entry);
        continue;
      }
      group.push(entry);
      planned += entry.length;
    }
    return group;
  }

  #give(entry: PlacedBatch): void {
    this.#waiting = this.#waiting.filter((each) => each !== entry);
    this.#waitingBytes -= entry.length;
    this.#lose(entry.batch.kinds, 1, 'full');
  }

  /** Removes the oldest file that can go; one with urgent batches only for such. */
  async #evict(urgent: boolean): Promise<boolean> {
    const victim = this.#lanes.evict(urgent);
    if (!victim) return false;
    try {
      await victim.remove();
    } catch (error) {
      this.#options.log.warn('a file of the spool can not be removed', { file: victim.path, why: messageOf(error) });
    }
    this.#lose(victim.kinds, victim.batches, 'full');
    return true;
  }

  #works(): void {
    if (!this.working) this.#options.log.info('the spool folder takes batches again');
    this.working = true;
  }

  #failed(error: unknown): void {
    this.stats.failures++;
    const { log, folder } = this.#options;
    if (this.working)
      log.error('the spool folder takes no batches: free its disk or set PICKET_SPOOL_DISK_MIB=0', {
        folder,
        why: messageOf(error),
      });
    this.working = false;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#write();
    }, RETRY_MS).unref();
  }

  #lose(kinds: Uint32Array, batches: number, why: 'full' | 'unreadable'): void {
    this.stats.lost += batches;
    this.#options.onLost(kinds, batches, why);
  }
}
