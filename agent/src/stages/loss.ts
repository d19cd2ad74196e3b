import { encodeRecord, Kind, type LossCount, LossReason } from '@picket/sdk';
import type { EventSource, SlotLoss } from '../source/types.ts';

const REASONS = 256;

type LossSource = Pick<EventSource, 'losses' | 'slotLosses'>;

/** Everything that was lost on this node since the agent began, by kind and reason. */
export class LossLedger {
  readonly #source: LossSource;
  /** What the agent itself lost, by kind * 256 + reason. */
  readonly #own = new Map<number, bigint>();
  /** Sums of both; undefined when one of them changed. */
  #all: readonly LossCount[] | undefined;
  #kernel: readonly LossCount[];
  /** Told so far, with its container or without, by kind * 256 + reason. */
  readonly #told = new Map<number, bigint>();
  /** The same for single containers, by slot, generation, kind and reason. */
  #toldSlots = new Map<string, bigint>();
  #toldAt: bigint;

  /** @param now CLOCK_BOOTTIME in ns: losses are told of from here on */
  constructor(source: LossSource, now: bigint) {
    this.#source = source;
    this.#kernel = source.losses();
    this.#toldAt = now;
  }

  /** Counts events that the agent lost. `kind` 0 stands for any. */
  add(kind: number, reason: LossReason, count: number): void {
    if (count <= 0) return;
    const key = keyOf({ kind, reason });
    this.#own.set(key, (this.#own.get(key) ?? 0n) + BigInt(count));
    this.#all = undefined;
  }

  /** Counts batches that were dropped; `kinds[k]` is their number of records of kind k. */
  addBatch(kinds: Uint32Array, reason: LossReason = LossReason.spoolFull): void {
    for (const [kind, count] of kinds.entries()) this.add(kind, reason, count);
  }

  /** Cumulative counts for a batch header. Those of the kernel are as the last `news` read them: reading costs. */
  total(): readonly LossCount[] {
    this.#all ??= this.#sum();
    return this.#all;
  }

  /**
   * `sensor.loss` records for what was lost since the last call: one a container, kind and reason where the container is
   * known, one for the rest. `now` is CLOCK_BOOTTIME in ns.
   */
  news(now: bigint): Uint8Array[] {
    // first the whole, then its parts: what is lost in between is in the whole the next time, and is told once
    this.#kernel = this.#source.losses();
    const slots = this.#slotNews();
    const all = this.#sum();
    this.#all = all;
    const records = [
      ...slots.map((loss) => this.#record(loss, loss.count, now, loss)),
      ...all.flatMap((loss) => this.#restOf(loss, now)),
    ];
    this.#toldAt = now;
    return records;
  }

  #slotNews(): SlotLoss[] {
    const now = this.#source.slotLosses();
    const told = this.#toldSlots;
    this.#toldSlots = new Map(now.map((loss) => [slotKey(loss), loss.count]));
    const news = now
      .map((loss) => ({ ...loss, count: loss.count - (told.get(slotKey(loss)) ?? 0n) }))
      .filter((loss) => loss.count > 0n);
    for (const loss of news) this.#told.set(keyOf(loss), (this.#told.get(keyOf(loss)) ?? 0n) + loss.count);
    return news;
  }

  #sum(): LossCount[] {
    const sums = new Map(this.#own);
    for (const loss of this.#kernel) {
      const key = keyOf(loss);
      sums.set(key, (sums.get(key) ?? 0n) + loss.count);
    }
    return [...sums].map(([key, count]) => ({ kind: Math.floor(key / REASONS), reason: key % REASONS, count }));
  }

  /** What of a loss no container is known for, and was not told yet. */
  #restOf(loss: LossCount, now: bigint): Uint8Array[] {
    const key = keyOf(loss);
    const told = this.#told.get(key) ?? 0n;
    const count = loss.count - told;
    if (count <= 0n) return [];
    this.#told.set(key, loss.count);
    return [this.#record(loss, count, now, { slot: 0, generation: 0 })];
  }

  #record(loss: LossCount, count: bigint, now: bigint, owner: { slot: number; generation: number }): Uint8Array {
    const body = { from: this.#toldAt, to: now, count, lost_kind: loss.kind, reason: loss.reason };
    const { slot, generation } = owner;
    return encodeRecord(Kind.SensorLoss, { time: now, slot, generation }, body);
  }
}

const keyOf = (loss: Pick<LossCount, 'kind' | 'reason'>) => loss.kind * REASONS + loss.reason;
const slotKey = (loss: SlotLoss) => `${loss.slot}.${loss.generation}.${keyOf(loss)}`;
