import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import { LANES, type Lane, Segment } from './segment.ts';
import { DONE_AT, isSegment, refusalOf, SEGMENT_HEAD } from './segment-format.ts';
import { readStretch } from './segment-reader.ts';

const NAME = /^(\d{16})\.(bulk|urgent)$/;
const REJECTED = 'rejected';
/** Files set aside that are kept for a look. */
const MOST_REJECTED = 4;

/** Batches that are lost, with what was in them: by kind, 0 for not known. */
export interface Unreadable {
  readonly kinds: Uint32Array;
  readonly batches: number;
}

export interface Leftovers {
  readonly segments: Segment[];
  /** Batches that can not be read. */
  readonly lost: Unreadable[];
}

/** The folder of the disk spool: what earlier runs left in it, and where new segments are made. */
export class SpoolFolder {
  readonly path: string;
  /** Files that were set aside. */
  rejected = 0;
  readonly #token: string;
  readonly #log: Log;

  constructor(path: string, token: string, log: Log) {
    this.path = path;
    this.#token = token;
    this.#log = log;
  }

  /** Makes the folder, for the owner only. @throws Error of the file system */
  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    await chmod(this.path, 0o700);
  }

  create(lane: Lane, first: number): Promise<Segment> {
    const path = join(this.path, `${String(first).padStart(16, '0')}.${lane}`);
    return Segment.create({ path, lane, first, token: this.#token });
  }

  /** Looks through every file, oldest first. What is none of ours, or damaged, is set aside. */
  async leftovers(): Promise<Leftovers> {
    const found: Leftovers = { segments: [], lost: [] };
    const entries = await readdir(this.path, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory() || entry.name === 'lock') continue;
      const [, first, lane] = NAME.exec(entry.name) ?? [];
      const path = join(this.path, entry.name);
      if (lane === undefined || !entry.isFile()) await this.setAside(path, 'it is no file of the spool');
      else await this.#take(new Segment({ path, lane: laneOf(lane), first: Number(first) }), found);
    }
    return found;
  }

  /** Puts a file where it is not read again. */
  async setAside(path: string, why: string): Promise<void> {
    this.rejected++;
    const folder = join(this.path, REJECTED);
    const to = join(folder, `${basename(path)}.${Date.now()}`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(path, to);
      this.#log.error('a file in the spool folder can not be sent and was set aside: delete it if you do not need it', {
        file: to,
        why,
      });
      await this.#forget(folder);
    } catch (error) {
      this.#log.error('a file in the spool folder can not be sent, nor set aside', {
        file: path,
        why: messageOf(error),
      });
    }
  }

  /** Only files of the spool are deleted; what somebody else put there is theirs. */
  async #forget(folder: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => /^\d{16}\.(bulk|urgent)\.\d+$/.test(name));
    const time = (name: string) => Number(name.split('.')[2]);
    const old = names.toSorted((a, b) => time(b) - time(a)).slice(MOST_REJECTED);
    for (const name of old) await rm(join(folder, name), { force: true });
  }

  async #take(segment: Segment, found: Leftovers): Promise<void> {
    const refusal = await this.#scan(segment, found).catch((error: unknown) => messageOf(error));
    await segment.close();
    if (refusal !== undefined) {
      // Of what can not be read nobody knows how many there are.
      segment.kinds[0] = (segment.kinds[0] ?? 0) + 1;
      found.lost.push({ kinds: segment.kinds, batches: segment.batches + 1 });
      await this.setAside(segment.path, refusal);
    } else if (segment.batches > 0) found.segments.push(segment);
    else await rm(segment.path, { force: true });
  }

  /** Counts what a file holds. @returns why it can not be used */
  async #scan(segment: Segment, found: Leftovers): Promise<string | undefined> {
    const file = await open(segment.path, 'r+');
    segment.file = file;
    const { size } = await file.stat();
    // A kill right behind the making of the file: nothing was in it.
    if (size === 0) return undefined;
    const head = Buffer.alloc(SEGMENT_HEAD);
    const { bytesRead } = await file.read(head, 0, SEGMENT_HEAD, 0);
    if (!isSegment(head.subarray(0, bytesRead))) return 'it is no file of the spool';
    const refusal = refusalOf(head, this.#token);
    if (refusal !== undefined) return refusal;
    const done = head.readUInt32LE(DONE_AT);
    if (done < SEGMENT_HEAD || done > size) return 'it is damaged: it tells of more than it holds';
    segment.skipTo(done);
    return await this.#count(segment, size, found);
  }

  async #count(segment: Segment, size: number, found: Leftovers): Promise<string | undefined> {
    while (segment.file && segment.bytes < size) {
      const { batches, end, flaw } = await readStretch(segment.file, segment.bytes, size);
      for (const { batch } of batches) segment.add(batch.kinds, batch.place);
      segment.bytes = end;
      if (flaw?.what === 'damaged') return 'it is damaged: a checksum does not match';
      if (flaw?.what === 'torn') {
        found.lost.push({ kinds: flaw.kinds ?? unknown(), batches: 1 });
        await segment.file.truncate(end);
        this.#log.warn('the last batch of a spool file was not written to its end and is lost', { file: segment.path });
        return undefined;
      }
    }
    return undefined;
  }
}

const laneOf = (text: string): Lane => LANES.find((lane) => lane === text) ?? 'bulk';

function unknown(): Uint32Array {
  const kinds = new Uint32Array(128);
  kinds[0] = 1;
  return kinds;
}
