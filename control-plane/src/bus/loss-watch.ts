import type { JetStreamManager } from '@nats-io/jetstream';
import { type EventConsumer, eventStreamState } from './event-consumer.ts';
import { type Gap, GapWatch } from './gap-watch.ts';

/** Stretches that wait to be settled may not become more than this. */
const MAX_WAITING = 8192;

/** Compares from time to time what a partition got with what the stream has discarded. */
export class LossWatch {
  readonly #jsm: JetStreamManager;
  #gaps = new GapWatch(0);
  #busy = false;

  constructor(jsm: JetStreamManager) {
    this.#jsm = jsm;
  }

  /** Begins again behind a sequence up to which everything is accounted for. */
  reset(settled: number): void {
    this.#gaps = new GapWatch(settled);
  }

  get settled(): number {
    return this.#gaps.settled;
  }

  get isUrgent(): boolean {
    return this.#gaps.waiting > MAX_WAITING;
  }

  note(sequence: number): void {
    this.#gaps.note(sequence);
  }

  /**
   * Accounts for everything so far.
   * @returns a stretch of the stream that was discarded before it was read
   * @throws ControlPlaneError BUS_*: then the stretches wait for the next time
   */
  async settle(consumer: EventConsumer): Promise<Gap | undefined> {
    if (this.#busy) return undefined;
    this.#busy = true;
    try {
      return await this.#settle(consumer, this.#gaps);
    } finally {
      this.#busy = false;
    }
  }

  async #settle(consumer: EventConsumer, gaps: GapWatch): Promise<Gap | undefined> {
    const upTo = gaps.last;
    const { last } = await eventStreamState(this.#jsm);
    const drained = await consumer.isDrained();
    // Asked for last: what was discarded between the two questions must count as discarded.
    const { first } = await eventStreamState(this.#jsm);
    if (gaps !== this.#gaps) return undefined;
    const nothingLeft = drained && gaps.last === upTo && last > upTo;
    if (nothingLeft) gaps.note(last, false);
    return gaps.settle(nothingLeft ? last : upTo, first);
  }
}
