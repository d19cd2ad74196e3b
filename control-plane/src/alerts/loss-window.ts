import { type BatchHeader, EventCursor, kindName, lossReasonName } from '@picket/sdk';
import type { Batch } from '../types.ts';
import { isLoss, type LossOwner, type LossRecord, readLossRecords } from './loss-records.ts';
import { formatUuid } from './uuid5.ts';

/** `kind << 16 | reason` for losses that may have met anybody; with the container before it, `owner/key`, else. */
export type LossKey = number | string;
/** Events lost since the window began to watch. Never changed once handed out. */
export type LossTotals = ReadonlyMap<LossKey, number>;
export type LossEntries = { kind: string; reason: string; count: number }[];

export interface LossWindowState {
  boot: string;
  epoch: string;
  /** CLOCK_BOOTTIME of the newest batch in ms. */
  now: number;
  version: number;
  /** Cumulative counts as the agent gave them last. */
  reported: [key: number, count: string][];
  history: [time: number, totals: [key: LossKey, count: number][]][];
  /** Counted for everybody while no record has told whose they were. */
  open?: [key: number, count: number][] | undefined;
  openAt?: number | undefined;
  /** When a container lost something last. */
  touched?: [key: string, time: number][] | undefined;
}

const SPAN_MS = 60_000;
/** Changes within one bucket are kept as one. */
const BUCKET_MS = 1000;
/** Behind the span one state a minute is enough. */
const COARSE_MS = 60_000;
/** A container that lost nothing for so much longer than is looked back is forgotten: no open alert asks for it. */
const FORGET_MS = 3 * SPAN_MS;
/** The agent tells of losses every second; what no record has told of by then, none will. */
const OPEN_MS = 10_000;
const NOTHING: LossTotals = new Map();

/**
 * What one node lost in the last 60 s of event time, or longer where findings look further back, from the cumulative counts in its batch headers. Whose the losses
 * were, records in the same batch say; until one has come, a loss counts as everybody's.
 * Looks back up to one bucket further than asked, never less: a loss may be named twice but is not left out.
 */
export class LossWindow {
  /** Grows whenever more was lost. */
  version = 0;
  #boot = '';
  #epoch = -1n;
  #now = 0;
  #lookBack = SPAN_MS;
  #reported = new Map<number, bigint>();
  #open = new Map<number, number>();
  /** When the last of them was counted. */
  #openAt = 0;
  #touched = new Map<string, number>();
  readonly #cursor = new EventCursor();
  /** `totals` as of the end of the bucket that began at `time`; the first entry is the oldest known state. */
  #history: { time: number; totals: LossTotals }[] = [{ time: Number.NEGATIVE_INFINITY, totals: NOTHING }];

  /** Losses so far. */
  get totals(): LossTotals {
    return this.#history.at(-1)?.totals ?? NOTHING;
  }

  /**
   * Takes in the next batch of the node.
   * @param lookBack how far back findings may reach, ms
   */
  observe({ header, records }: Pick<Batch, 'header' | 'records'>, lookBack = SPAN_MS): void {
    this.#lookBack = Math.max(SPAN_MS, lookBack);
    const boot = formatUuid(header.bootId);
    // An agent hands in what an earlier run left behind: those counts are included already or lost with that run.
    if (boot === this.#boot && header.agentEpoch < this.#epoch) return;
    const began = this.#epoch !== -1n || header.firstSequence <= 1n;
    if (boot !== this.#boot || header.agentEpoch !== this.#epoch) this.#startRun(boot, header);
    const now = Number(header.watermark / 1_000_000n);
    this.#now = Math.max(this.#now, now);
    if (this.#now - this.#openAt > OPEN_MS) this.#open.clear();
    const growth = this.#growth(header, began);
    if (growth.size > 0 || this.#open.size > 0) this.#count(growth, readLossRecords(this.#cursor.open(records)));
    this.#forget();
  }

  /**
   * The state at the beginning of the window that ends now.
   * @param from of a window that is longer, CLOCK_BOOTTIME in ms
   */
  baseline(from = Number.POSITIVE_INFINITY): LossTotals {
    const edge = Math.min(from, this.#now - SPAN_MS) - BUCKET_MS;
    return (this.#history.findLast(({ time }) => time <= edge) ?? this.#history[0])?.totals ?? NOTHING;
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

  /** What is new in a header. `began`: the counts of this run are known from 0. */
  #growth(header: BatchHeader, began: boolean): Map<number, number> {
    const growth = new Map<number, number>();
    for (const loss of header.losses) {
      if (!isLoss(loss.reason)) continue;
      const key = (loss.kind << 16) | loss.reason;
      const before = this.#reported.get(key);
      this.#reported.set(key, loss.count);
      const more = loss.count - (before ?? (began ? 0n : loss.count));
      if (more > 0n) add(growth, key, Number(more));
    }
    return growth;
  }

  /**
   * Takes the records out of the growth: what is a container's goes to it, the rest to everybody. A record that comes a
   * batch behind its header finds its events counted for everybody, where they stay: named twice rather than left out.
   */
  #count(growth: ReadonlyMap<number, number>, records: readonly LossRecord[]): void {
    const left = new Map(growth);
    const totals = new Map(this.totals);
    for (const { owner, key, count } of records) {
      const late = Math.min(count, this.#open.get(key) ?? 0);
      const now = Math.min(count - late, left.get(key) ?? 0);
      add(this.#open, key, -late);
      add(left, key, -now);
      if (now === 0) continue;
      const counted = owner === undefined ? key : `${owner}/${key}`;
      add(totals, counted, now);
      if (typeof counted === 'string') this.#touched.set(counted, this.#now);
    }
    for (const [key, count] of left) {
      add(totals, key, count);
      add(this.#open, key, count);
      this.#openAt = this.#now;
    }
    if (growth.size > 0) this.#remember(totals);
  }

  #remember(totals: LossTotals): void {
    this.version++;
    const last = this.#history.at(-1);
    if (last && this.#now - last.time < BUCKET_MS) last.totals = totals;
    else this.#history.push({ time: this.#now, totals });
  }

  /** Leaves as the first entry the newest one that is wholly before all that is looked back to. */
  #forget(): void {
    const edge = this.#now - this.#lookBack - BUCKET_MS;
    while ((this.#history[1]?.time ?? Number.POSITIVE_INFINITY) <= edge) this.#history.shift();
    if (this.#lookBack > SPAN_MS) this.#thin();
    for (const [key, time] of this.#touched) if (this.#now - time > this.#lookBack + FORGET_MS) this.#forgetOwner(key);
  }

  /** What begins between two states is counted from the one before: some losses too many, never too few. */
  #thin(): void {
    const edge = this.#now - SPAN_MS - BUCKET_MS;
    const minuteOf = (entry: { time: number } | undefined) => Math.floor((entry?.time ?? 0) / COARSE_MS);
    this.#history = this.#history.filter((entry, i, all) => {
      const next = all[i + 1];
      return i === 0 || !next || next.time > edge || minuteOf(entry) !== minuteOf(next);
    });
  }

  #forgetOwner(key: string): void {
    this.#touched.delete(key);
    for (const entry of this.#history) {
      const totals = new Map(entry.totals);
      totals.delete(key);
      entry.totals = totals;
    }
  }

  snapshot(): LossWindowState {
    return {
      boot: this.#boot,
      epoch: this.#epoch.toString(),
      now: this.#now,
      version: this.version,
      reported: [...this.#reported].map(([key, count]) => [key, count.toString()]),
      open: [...this.#open],
      openAt: this.#openAt,
      touched: [...this.#touched],
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
    out.#open = new Map(state.open);
    out.#openAt = state.openAt ?? 0;
    out.#touched = new Map(state.touched);
    return out;
  }
}

/** Changes a count; 0 is not kept. */
function add<K>(counts: Map<K, number>, key: K, more: number): void {
  const count = (counts.get(key) ?? 0) + more;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/**
 * What was lost between two states, by name.
 * @param owner whose losses to tell besides those that may have met anybody; undefined for all
 */
export function lossBetween(before: LossTotals, after: LossTotals, owner: LossOwner | undefined): LossEntries {
  if (before === after) return [];
  const sums = new Map<number, number>();
  for (const [key, count] of after) {
    const more = count - (before.get(key) ?? 0);
    if (more > 0 && concerns(key, owner)) add(sums, typeof key === 'number' ? key : Number(key.split('/')[1]), more);
  }
  return [...sums].map(([key, count]) => ({
    kind: kindName(key >>> 16),
    reason: lossReasonName(key & 0xffff),
    count,
  }));
}

const concerns = (key: LossKey, owner: LossOwner | undefined): boolean =>
  typeof key === 'number' || owner === undefined || key.startsWith(`${owner}/`);
