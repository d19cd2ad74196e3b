import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRecord, Kind } from '@picket/sdk';
import type { TestNats } from '../../support/nats.ts';
import { type BatchPublisher, openPublisher } from '../../support/publish-batches.ts';

const PAUSE_MS = 25;
const OPENS = 40;
const SLOTS = 4;
const SECOND = 1_000_000_000;
/** Of the node, from one batch to the next. */
const STEP = SECOND / 4;
/** Paths of opens that stand for a mark begin with it. */
export const MARK = '/marks/';

/** What a detector must have seen of a feed up to a mark. */
export interface Mark {
  readonly number: number;
  /** Opens, the mark among them. */
  readonly opens: number;
  /** Of all their inodes in their order. */
  readonly sum: number;
}

/** Opens of files of four containers that do not stop until the end. A mark is one more open, which can be waited for. */
export class SteadyFeed {
  readonly #publisher: BatchPublisher;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #at = 2 * SECOND;
  #opens = 0;
  #sum = 0;
  #marks = 0;
  #wanted: ((mark: Mark) => void)[] = [];

  private constructor(publisher: BatchPublisher) {
    this.#publisher = publisher;
  }

  static async start(nats: TestNats, node: string): Promise<SteadyFeed> {
    const feed = new SteadyFeed(await openPublisher(nats, node));
    const containers = Array.from({ length: SLOTS }, (_, i) =>
      encodeRecord(
        Kind.ContainerStarted,
        { time: SECOND, slot: i + 1, generation: 1, cgroup: 900 + i },
        { id: String(i).repeat(64), name: `c${i}`, image: 'story:1', runtime: 'runc' },
      ),
    );
    await feed.#publisher.publish({ at: 2 * SECOND, records: containers });
    feed.#running = feed.#run();
    return feed;
  }

  get opens(): number {
    return this.#opens;
  }

  get marks(): number {
    return this.#marks;
  }

  /** Puts a mark into the next batch; resolves when the stream has it. */
  async mark(): Promise<Mark> {
    return await Promise.race([
      new Promise<Mark>((resolve) => this.#wanted.push(resolve)),
      this.#running.then(() => {
        throw new Error('the feed has ended');
      }),
    ]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#publisher.close();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const records = Array.from({ length: OPENS }, (_, n) => this.#open(n, '/x'));
      const wanted = this.#wanted.splice(0);
      const marks = wanted.map(() => {
        records.push(this.#open(OPENS, `${MARK}${++this.#marks}`));
        return { number: this.#marks, opens: this.#opens, sum: this.#sum };
      });
      this.#at += STEP;
      await this.#publisher.publish({ at: this.#at, records });
      wanted.forEach((resolve, i) => {
        const mark = marks[i];
        if (mark) resolve(mark);
      });
      await sleep(PAUSE_MS);
    }
  }

  #open(n: number, path: string): Uint8Array {
    const slot = 1 + (this.#opens % SLOTS);
    const inode = (this.#opens * 2_654_435_761) % 1_000_003;
    this.#opens++;
    this.#sum = (Math.imul(this.#sum, 31) + inode) >>> 0;
    const header = { time: this.#at + n * 1000, slot, generation: 1, cgroup: 899 + slot, tgid: 50, start: SECOND };
    return encodeRecord(Kind.FileOpen, { ...header, syscall: 257, result: 3 }, { path, inode, count: 1 });
  }
}
