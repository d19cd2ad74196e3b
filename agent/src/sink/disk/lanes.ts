import type { KeptBatch } from '../spool.ts';
import { LaneFiles, type PlacedBatch } from './lane-files.ts';
import { LANES, type Lane, type Segment } from './segment.ts';
import type { SpoolFolder, Unreadable } from './spool-folder.ts';

/** Both lanes as one queue of files. Calls of `write` must not overlap, nor those of `next`. */
export class Lanes {
  readonly #byName: Readonly<Record<Lane, LaneFiles>>;
  readonly #all: readonly LaneFiles[];

  constructor(folder: SpoolFolder, segmentBytes: number) {
    const make = (lane: Lane) => new LaneFiles(lane, folder, segmentBytes);
    this.#byName = { bulk: make('bulk'), urgent: make('urgent') };
    this.#all = LANES.map((lane) => this.#byName[lane]);
  }

  get hasUnread(): boolean {
    return this.#all.some((lane) => lane.hasUnread);
  }
  /** Batches that were not taken. */
  get unread(): number {
    return this.#all.reduce((sum, lane) => sum + lane.unread, 0);
  }
  /** Bytes of all files. */
  get bytes(): number {
    return this.#all.reduce((sum, lane) => sum + lane.bytes, 0);
  }
  /** Place of the last batch; -1 without any. */
  get lastPlace(): number {
    return Math.max(-1, ...this.#all.flatMap(({ segments }) => segments.map((segment) => segment.last)));
  }

  /** Takes up a file of an earlier run; oldest first. */
  add(segment: Segment): void {
    this.#byName[segment.lane].segments.push(segment);
  }

  /** Writes batches behind the others; see LaneFiles. */
  async write(group: readonly PlacedBatch[], onWritten: (batch: PlacedBatch) => void): Promise<void> {
    for (const lane of LANES) {
      const own = group.filter(({ batch }) => batch.urgent === (lane === 'urgent'));
      await this.#byName[lane].write(own, onWritten);
    }
  }

  /** Reads ahead, so that `next` knows the next batch. @returns what turned out not to be readable */
  async fill(): Promise<Unreadable[]> {
    const lost = [await this.#byName.bulk.fill(), await this.#byName.urgent.fill()];
    return lost.filter((each) => each !== undefined);
  }

  /** Takes the next batch that was read ahead, when it comes before `place`. */
  next(place: number, onSettled: () => void): KeptBatch | undefined {
    const lane = this.#all.toSorted((a, b) => a.nextPlace - b.nextPlace)[0];
    const next = lane && lane.nextPlace < place ? lane.take() : undefined;
    if (!next) return undefined;
    const { id, message, kinds, place: own } = next.batch;
    const settled = () => {
      next.settled();
      onSettled();
    };
    return { id, message, kinds, place: own, urgent: lane === this.#byName.urgent, settled };
  }

  /** Takes out the oldest file that can go; one with urgent batches only when `urgent`. The caller removes it. */
  evict(urgent: boolean): Segment | undefined {
    return this.#byName.bulk.evict() ?? (urgent ? this.#byName.urgent.evict() : undefined);
  }

  /** Removes the files that are done with; see LaneFiles. */
  async tidy(isIdle: () => boolean): Promise<void> {
    for (const lane of this.#all) await lane.tidy(isIdle);
  }

  /** What is written next goes to new files. */
  async roll(): Promise<void> {
    for (const lane of this.#all) await lane.roll();
  }

  async close(): Promise<void> {
    for (const lane of this.#all) await lane.close();
  }
}
