import type { OutgoingBatch } from '../spool.ts';
import type { Lane, Segment } from './segment.ts';
import { encodeRecordHead, RECORD_HEAD, type StoredBatch } from './segment-format.ts';
import { readStretch } from './segment-reader.ts';
import type { SpoolFolder, Unreadable } from './spool-folder.ts';

/** Buffers that one call of the kernel takes; its own limit is 1024. */
const MOST_PIECES = 512;

/** A batch on its way to disk: what is written for it, and where it belongs. */
export interface PlacedBatch {
  readonly batch: OutgoingBatch;
  readonly place: number;
  readonly head: Uint8Array;
  /** Bytes it takes on disk. */
  readonly length: number;
}

/** A batch that was read ahead, and where it ends in its file. */
export interface ReadBatch {
  readonly batch: StoredBatch;
  readonly end: number;
  readonly segment: Segment;
}

export function placed(batch: OutgoingBatch, place: number): PlacedBatch {
  const head = encodeRecordHead(batch, place);
  return { batch, place, head, length: head.length + batch.message.length };
}

/** What a batch takes on disk, but for what its meta data takes. */
export const leastLength = (batch: OutgoingBatch) => RECORD_HEAD + batch.message.length;

/** The files of one lane: a queue, oldest first. Calls of `write` must not overlap, nor those of `fill`. */
export class LaneFiles {
  readonly segments: Segment[] = [];
  /** Read ahead. */
  readonly ready: ReadBatch[] = [];
  readonly #lane: Lane;
  readonly #folder: SpoolFolder;
  readonly #segmentBytes: number;

  constructor(lane: Lane, folder: SpoolFolder, segmentBytes: number) {
    this.#lane = lane;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
  }

  get hasUnread(): boolean {
    return this.ready.length > 0 || this.segments.some((segment) => !segment.isRead);
  }
  /** Batches that were not taken. */
  get unread(): number {
    return this.segments.reduce((sum, segment) => sum + segment.batches - segment.taken, 0);
  }
  /** Place of the next batch that was read ahead; infinite when there is none. */
  get nextPlace(): number {
    return this.ready[0]?.batch.place ?? Number.POSITIVE_INFINITY;
  }
  /** Bytes of all files. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Writes batches behind the others.
   * @param onWritten told of each batch that is in a file now
   * @throws Error of the file system; the batches that were not told of are in no file
   */
  async write(batches: readonly PlacedBatch[], onWritten: (batch: PlacedBatch) => void): Promise<void> {
    for (let at = 0; at < batches.length; ) {
      const segment = await this.#current((batches[at] as PlacedBatch).place);
      const end = this.#fitting(batches, at, segment.bytes);
      const run = batches.slice(at, end);
      try {
        const length = run.reduce((sum, each) => sum + each.length, 0);
        await segment.append(
          run.flatMap(({ head, batch }) => [head, batch.message]),
          length,
        );
      } catch (error) {
        await this.roll();
        throw error;
      }
      for (const each of run) {
        segment.add(each.batch.kinds, each.place);
        onWritten(each);
      }
      at = end;
    }
  }

  /** Ends the file that is written to. */
  async roll(): Promise<void> {
    const last = this.segments.at(-1);
    if (!last?.open) return;
    await last.close();
    if (last.batches === 0) await this.#remove(last);
  }

  /**
   * Reads ahead when nothing is.
   * @returns what turned out not to be readable
   */
  async fill(): Promise<Unreadable | undefined> {
    const segment = this.ready.length === 0 ? this.segments.find((each) => !each.isRead) : undefined;
    if (!segment) return undefined;
    try {
      const stretch = await readStretch(await segment.reader(), segment.readTo, segment.bytes);
      if (stretch.flaw) return await this.#damaged(segment, 'it is damaged: a checksum does not match');
      segment.readTo = stretch.end;
      for (const each of stretch.batches) this.ready.push({ ...each, segment });
      return undefined;
    } catch (error) {
      return await this.#damaged(segment, String(error));
    }
  }

  /** Takes the next batch that was read ahead, and what to call when it is settled. */
  take(): { readonly batch: StoredBatch; readonly settled: () => void } | undefined {
    const next = this.ready.shift();
    return next && { batch: next.batch, settled: next.segment.take(next.batch.kinds, next.end) };
  }

  /** Takes the oldest file out of which nothing was read; the caller removes it. */
  evict(): Segment | undefined {
    const at = this.segments.findIndex((segment) => segment.isUntouched && !segment.open);
    return at < 0 ? undefined : this.segments.splice(at, 1)[0];
  }

  /** Removes the files whose batches are all settled; the one that is written to only while `isIdle`. */
  async tidy(isIdle: () => boolean): Promise<void> {
    for (;;) {
      const done = this.segments.find((segment) => segment.isSettled && (!segment.open || isIdle()));
      if (!done) return;
      await this.#remove(done);
    }
  }

  async close(): Promise<void> {
    for (const segment of this.segments) await segment.close();
  }

  async #current(place: number): Promise<Segment> {
    const last = this.segments.at(-1);
    if (last?.open && last.bytes < this.#segmentBytes) return last;
    await last?.close();
    const segment = await this.#folder.create(this.#lane, place);
    this.segments.push(segment);
    return segment;
  }

  /** One at least, and no more than bring the file to its size. */
  #fitting(batches: readonly PlacedBatch[], from: number, used: number): number {
    let end = from;
    for (let bytes = used; end < batches.length && end - from < MOST_PIECES / 2 && bytes < this.#segmentBytes; end++)
      bytes += batches[end]?.length ?? 0;
    return end;
  }

  async #damaged(segment: Segment, why: string): Promise<Unreadable> {
    const at = this.segments.indexOf(segment);
    if (at >= 0) this.segments.splice(at, 1);
    await segment.close().catch(() => undefined);
    await this.#folder.setAside(segment.path, why);
    return { kinds: segment.kinds, batches: segment.batches - segment.taken };
  }

  async #remove(segment: Segment): Promise<void> {
    const at = this.segments.indexOf(segment);
    if (at < 0) return;
    this.segments.splice(at, 1);
    await segment.remove();
  }
}
