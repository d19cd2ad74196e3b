import { encodeRecord, Kind, type LossCount, LossReason } from '@picket/sdk';
import type { EventSource } from '../source/types.ts';

const REASONS = 256;

/** Everything that was lost on this node since the agent began, by kind and reason. */
export class LossLedger {
  readonly #source: Pick<EventSource, 'losses'>;
  /** What the agent itself lost, by kind * 256 + reason. */
  readonly #own = new Map<number, bigint>();
  /** Sums of both; undefined when one of them changed. */
  #all: readonly LossCount[] | undefined;
  #kernel: readonly LossCount[];
  #told = new Map<number, bigint>();
  #toldAt: bigint;

  /** @param now CLOCK_BOOTTIME in ns: losses are told of from here on */
  constructor(source: Pick<EventSource, 'losses'>, now: bigint) {
    this.#source = source;
    this.#kernel = source.losses();
    this.#toldAt = now;
  }

  /** Counts events that the agent lost. `kind` 0 stands for any. */
  add(kind: number, reason: LossReason, count: number): void {
    if (count <= 0) return;
    const key = kind * REASONS + reason;
    this.#own.set(key, (this.#own.get(key) ?? 0n) + BigInt(count));
    this.#all = undefined;
  }

  /** Counts a batch that was dropped; `kinds[k]` is its number of records of kind k. */
  addBatch(kinds: Uint32Array): void {
    for (const [kind, count] of kinds.entries()) this.add(kind, LossReason.spoolFull, count);
  }

  /** Cumulative counts for a batch header. Those of the kernel are as the last `news` read them: reading costs. */
  total(): readonly LossCount[] {
    this.#all ??= this.#sum();
    return this.#all;
  }

  /** `sensor.loss` records for what was lost since the last call. `now` is CLOCK_BOOTTIME in ns. */
  news(now: bigint): Uint8Array[] {
    this.#kernel = this.#source.losses();
    const all = this.#sum();
    this.#all = all;
    const records = all.flatMap((loss) => this.#newsOf(loss, now));
    this.#told = new Map(all.map((loss) => [loss.kind * REASONS + loss.reason, loss.count]));
    this.#toldAt = now;
    return records;
  }

  #sum(): LossCount[] {
    const sums = new Map(this.#own);
    for (const loss of this.#kernel) {
      const key = loss.kind * REASONS + loss.reason;
      sums.set(key, (sums.get(key) ?? 0n) + loss.count);
    }
    return [...sums].map(([key, count]) => ({ kind: Math.floor(key / REASONS), reason: key % REASONS, count }));
  }

  #newsOf(loss: LossCount, now: bigint): Uint8Array[] {
    const count = loss.count - (this.#told.get(loss.kind * REASONS + loss.reason) ?? 0n);
    if (count <= 0n) return [];
    const body = { from: this.#toldAt, to: now, count, lost_kind: loss.kind, reason: loss.reason };
    return [encodeRecord(Kind.SensorLoss, { time: now }, body)];
  }
}
