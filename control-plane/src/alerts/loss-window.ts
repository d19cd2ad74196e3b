import { type BatchHeader, kindName, lossReasonName } from '@picket/sdk';
import { formatUuid } from './uuid5.ts';

/** Events lost since the window began to watch, by `kind << 16 | reason`. Never changed once handed out. */
export type LossTotals = ReadonlyMap<number, number>;
export type LossEntries = { kind: string; reason: string; count: number }[];

export interface LossWindowState {
  boot: string;
  epoch: string;
  /** CLOCK_BOOTTIME of the newest batch in ms. */
  now: number;
  version: number;
  /** Cumulative counts as the agent gave them last. */
  reported: [key: number, count: string][];
  history: [time: number, totals: [key: number, count: number][]][];
}

const SPAN_MS = 60_000;
/** Changes within one bucket are kept as one. */
const BUCKET_MS = 1000;
const NOTHING: LossTotals = new Map();

/**
 * What one node lost in the last 60 s of event time, from the cumulative counts in its batch headers.
 * Looks back up to one bucket further than asked, never less: a loss may be named twice but is not left out.
 */
export class LossWindow {
  /** Grows whenever more was lost. */
  version = 0;
  #boot = '';
  #epoch = -1n;
  #now = 0;
  #reported = new Map<number, bigint>();
  /** `totals` as of the end of the bucket that began at `time`; the first entry is the oldest known state. */
  #history: { time: number; totals: LossTotals }[] = [{ time: Number.NEGATIVE_INFINITY, totals: NOTHING }];

  /** Losses so far. */
  get totals(): LossTotals {
    return this.#history.at(-1)?.totals ?? NOTHING;
  }

  /** Takes in the header of the next batch of the node. */
  observe(header: BatchHeader): void {
    const boot = formatUuid(header.bootId);
    // An agent hands in what an earlier run left behind: those counts are included already or lost with that run.
    if (boot === this.#boot && header.agentEpoch < this.#epoch) return;
    const began = this.#epoch !== -1n || header.firstSequence <= 1n;
    if (boot !== this.#boot || header.agentEpoch !== this.#epoch) this.#startRun(boot, header);
    const now = Number(header.watermark / 1_000_000n);
    this.#now = Math.max(this.#now, now);
    const totals = this.#grow(header, began);
    if (totals) this.#remember(totals);
    this.#forget();
  }

  /** The state at the beginning of the window that ends now. */
  baseline(): LossTotals {
    return this.#history[0]?.totals ?? NOTHING;
  }

  #startRun(boot: string, header: BatchHeader): void {
    const now = Number(header.watermark / 1_000_000n);
    // CLOCK_BOOTTIME begins again at a boot; what is remembered keeps its age.
    if (this.#boot !== '' && boot !== this.#boot) for (const entry of this.#history) entry.time += now - this.#now;
    if (boot !== this.#boot) this.#now = now;
    this.#boot = boot;
    this.#epoch = header.agentEpoch;
    this.#reported = new Map();
  }

  /** The totals with what is new in this header; undefined when nothing is. `began`: the counts of this run are known from 0. */
  #grow(header: BatchHeader, began: boolean): LossTotals | undefined {
    let totals: Map<number, number> | undefined;
    for (const loss of header.losses) {
      const key = (loss.kind << 16) | loss.reason;
      const before = this.#reported.get(key);
      this.#reported.set(key, loss.count);
      const more = loss.count - (before ?? (began ? 0n : loss.count));
      if (more <= 0n) continue;
      totals ??= new Map(this.totals);
      totals.set(key, (totals.get(key) ?? 0) + Number(more));
    }
    return totals;
  }

  #remember(totals: LossTotals): void {
    this.version++;
    const last = this.#history.at(-1);
    if (last && this.#now - last.time < BUCKET_MS) last.totals = totals;
    else this.#history.push({ time: this.#now, totals });
  }

  /** Leaves as the first entry the newest one that is wholly before the window. */
  #forget(): void {
    const edge = this.#now - SPAN_MS - BUCKET_MS;
    while ((this.#history[1]?.time ?? Number.POSITIVE_INFINITY) <= edge) this.#history.shift();
  }

  snapshot(): LossWindowState {
    return {
      boot: this.#boot,
      epoch: this.#epoch.toString(),
      now: this.#now,
      version: this.version,
      reported: [...this.#reported].map(([key, count]) => [key, count.toString()]),
      // The first entry may begin at minus infinity, which JSON has not.
      history: this.#history.map(({ time, totals }) => [Math.max(time, Number.MIN_SAFE_INTEGER), [...totals]]),
    };
  }

  static restore(state: LossWindowState): LossWindow {
    const out = new LossWindow();
    out.#boot = state.boot;
    out.#epoch = BigInt(state.epoch);
    out.#now = state.now;
    out.version = state.version;
    out.#reported = new Map(state.reported.map(([key, count]) => [key, BigInt(count)]));
    out.#history = state.history.map(([time, totals]) => ({ time, totals: new Map(totals) }));
    return out;
  }
}

/** What was lost between two states, by name. */
export function lossBetween(before: LossTotals, after: LossTotals): LossEntries {
  const out: LossEntries = [];
  if (before === after) return out;
  for (const [key, count] of after) {
    const more = count - (before.get(key) ?? 0);
    if (more > 0) out.push({ kind: kindName(key >>> 16), reason: lossReasonName(key & 0xffff), count: more });
  }
  return out;
}
