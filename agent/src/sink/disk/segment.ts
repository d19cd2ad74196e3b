import { type FileHandle, open, rm } from 'node:fs/promises';
import { DONE_AT, encodeSegmentHead, SEGMENT_HEAD } from './segment-format.ts';

/** Batches without and with urgent records lie in files of their own, so that the former can go first. */
export const LANES = ['bulk', 'urgent'] as const;
export type Lane = (typeof LANES)[number];

export interface SegmentFacts {
  readonly path: string;
  readonly lane: Lane;
  /** Place of its first batch. */
  readonly first: number;
}

/** One file of the disk spool, and how far it is written, read and acknowledged. */
export class Segment {
  readonly path: string;
  readonly lane: Lane;
  readonly first: number;
  /** Records that were not taken out, by kind. */
  readonly kinds = new Uint32Array(128);
  batches = 0;
  /** Place of its last batch. */
  last = -1;
  /** Bytes in it, whole records only. */
  bytes = SEGMENT_HEAD;
  /** Up to here it was read. */
  readTo = SEGMENT_HEAD;
  /** Batches that were taken out. */
  taken = 0;
  /** Whether more is written to it. */
  open = false;
  file: FileHandle | undefined;
  #reading = false;
  #settled = 0;
  /** Ends of batches that were taken, in order, and whether each is settled. */
  readonly #ends: { readonly end: number; done: boolean }[] = [];
  #marking = false;
  #done = SEGMENT_HEAD;

  constructor({ path, lane, first }: SegmentFacts) {
    this.path = path;
    this.lane = lane;
    this.first = first;
  }

  /** Makes the file, for the owner only. @throws Error of the file system */
  static async create(facts: SegmentFacts & { readonly token: string }): Promise<Segment> {
    const segment = new Segment(facts);
    segment.file = await open(facts.path, 'wx+', 0o600);
    segment.open = true;
    try {
      await segment.file.write(encodeSegmentHead(facts.token), 0, SEGMENT_HEAD, 0);
    } catch (error) {
      await segment.remove();
      throw error;
    }
    return segment;
  }

  get isRead(): boolean {
    return this.readTo >= this.bytes;
  }
  get isSettled(): boolean {
    return this.isRead && this.#settled >= this.batches;
  }
  /** Whether nobody began to read it. */
  get isUntouched(): boolean {
    return !this.#reading;
  }

  /** A handle to read with. @throws Error of the file system */
  async reader(): Promise<FileHandle> {
    this.#reading = true;
    this.file ??= await open(this.path, 'r+');
    return this.file;
  }

  /**
   * A batch was taken out.
   * @param end offset behind it
   * @returns to be called when the stream has it, or never will
   */
  take(kinds: Uint32Array, end: number): () => void {
    this.taken++;
    for (let kind = 0; kind < kinds.length; kind++) this.kinds[kind] = (this.kinds[kind] ?? 0) - (kinds[kind] ?? 0);
    const entry = { end, done: false };
    this.#ends.push(entry);
    return () => {
      entry.done = true;
      this.#settled++;
      while (this.#ends[0]?.done) this.#done = this.#ends.shift()?.end ?? this.#done;
      if (!this.isSettled) void this.#mark();
    };
  }

  /** Notes in the file how far it is settled, so that the next run does not send that part again. */
  async #mark(): Promise<void> {
    const { file } = this;
    if (this.#marking || !file) return;
    this.#marking = true;
    try {
      for (let written = 0; written !== this.#done && this.file === file; ) {
        written = this.#done;
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32LE(written);
        await file.write(bytes, 0, 4, DONE_AT);
      }
    } catch {
      // The next run sends these batches once more; their ids make that harmless.
    } finally {
      this.#marking = false;
    }
  }

  /** Leaves out what an earlier run saw settled. */
  skipTo(offset: number): void {
    this.bytes = offset;
    this.readTo = offset;
    this.#done = offset;
  }

  /** Counts a batch that is in the file. */
  add(kinds: Uint32Array, place: number): void {
    for (let kind = 0; kind < kinds.length; kind++) this.kinds[kind] = (this.kinds[kind] ?? 0) + (kinds[kind] ?? 0);
    this.batches++;
    this.last = place;
  }

  /**
   * Writes whole records behind what is there.
   * @throws Error of the file system; the file is cut back then
   */
  async append(pieces: readonly Uint8Array[], length: number): Promise<void> {
    const { file } = this;
    if (!file) throw new Error('the segment is closed');
    let written = 0;
    try {
      written = (await file.writev([...pieces], this.bytes)).bytesWritten;
      // What the kernel says with its next refusal.
      if (written < length)
        throw Object.assign(new Error(`only ${written} of ${length} bytes could be written`), { code: 'ENOSPC' });
    } catch (error) {
      // What is left of a record would be found and counted again by the next run.
      await file.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
    this.bytes += length;
  }

  async close(): Promise<void> {
    this.open = false;
    const { file } = this;
    this.file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}
