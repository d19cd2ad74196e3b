import type { Container } from '../../../types.ts';
import type { WorkloadKey } from '../features/workload-key.ts';
import { BaselineValues } from '../profiles/baseline-values.ts';
import type { RecentScore } from './engine-stats.ts';
import { EventMarks, type SavedMark } from './event-marks.ts';
import { ScoreRing } from './score-ring.ts';
import { ToldTokens } from './told-tokens.ts';

/** A life in a checkpoint. */
export interface SavedLife {
  readonly node: string;
  readonly boot: string;
  readonly cgroup: string;
  readonly score: number | null;
  readonly until: number;
  readonly drift: number;
  readonly driftTold: number;
  readonly told: readonly (readonly [token: string, at: number])[];
  readonly strange: readonly (readonly [at: number, what: string])[];
  readonly alarms: readonly (readonly [what: string, at: number])[];
  readonly baseline: readonly string[];
  readonly marks: readonly SavedMark[];
}

/** What goes on for so long is one alarm, ms. */
const ALARM_MS = 600_000;
/** Strange things are remembered until the longest window that holds them is over, ms. */
const STRANGE_MS = 120_000;
/** The same is noted once in the shortest window that is learned from, ms. */
const BIN_MS = 10_000;
/** Windows of 1 s are over so long after their events, at most, ms. */
const MARKS_MS = 10_000;
const MOST = 16;

/** What is kept of one container between its windows. */
export class ContainerLife {
  readonly node: string;
  readonly boot: string;
  readonly cgroup: string;
  /** Undefined after a restart, until something is heard of it. */
  container: Container | undefined;
  /** Undefined while it must be made (anew). */
  name: WorkloadKey | undefined;
  /** -log10 p of its newest window that was scored. */
  score = Number.NaN;
  /** End of its newest window, CLOCK_BOOTTIME in ms. */
  until: number;
  /** Strangest thing that was new to the profile since it was asked last; 0 for nothing. */
  drift = 0;
  /** Begin of the newest window in which something new was told, CLOCK_BOOTTIME in ms. */
  driftTold = 0;
  readonly marks = new EventMarks();
  readonly told: ToldTokens;
  readonly baseline: BaselineValues;
  readonly #strange: [at: number, what: string][];
  readonly #alarms: Map<string, number>;
  #recent: ScoreRing | undefined;

  constructor(node: string, boot: string, cgroup: string, until: number, saved?: SavedLife) {
    this.node = node;
    this.boot = boot;
    this.cgroup = cgroup;
    this.until = until;
    this.score = saved?.score ?? Number.NaN;
    this.drift = saved?.drift ?? 0;
    this.driftTold = saved?.driftTold ?? 0;
    this.told = new ToldTokens(saved?.told);
    if (saved) this.marks.restore(saved.marks);
    this.baseline = new BaselineValues(saved?.baseline);
    this.#strange = (saved?.strange ?? []).map(([at, what]) => [at, what]);
    this.#alarms = new Map(saved?.alarms);
  }

  /** Tells it from all other containers. */
  get place(): string {
    return [this.node, this.boot, this.cgroup].join('\0');
  }

  /** Something in a window was so strange that it was told, or would have been. @param from begin of the window, ms */
  noteStrange(from: number, what: string): void {
    const bin = Math.floor(from / BIN_MS);
    if (this.#strange.some(([at, told]) => told === what && Math.floor(at / BIN_MS) === bin)) return;
    this.#strange.push([from, what]);
    while (this.#strange.length > MOST || (this.#strange[0]?.[0] ?? from) < from - STRANGE_MS) this.#strange.shift();
  }

  /** All that was strange in a stretch of time, a line each; undefined when nothing was. */
  strangeIn(from: number, to: number): string | undefined {
    const all = new Set(this.#strange.filter(([at]) => at >= from && at < to).map(([, what]) => what));
    return all.size > 0 ? [...all].join('\n') : undefined;
  }

  /** Whether it is an alarm of its own, and not one that goes on. @param at ms since 1970 */
  isNewAlarm(what: string, at: number): boolean {
    const since = this.#alarms.get(what);
    if (since !== undefined && Math.abs(at - since) < ALARM_MS) return false;
    this.#alarms.delete(what);
    this.#alarms.set(what, at);
    const [oldest] = this.#alarms.keys();
    if (this.#alarms.size > MOST && oldest !== undefined) this.#alarms.delete(oldest);
    return true;
  }

  toldDriftIn(from: number, to: number): boolean {
    return this.driftTold >= from && this.driftTold < to;
  }

  takeDrift(): number {
    const { drift } = this;
    this.drift = 0;
    return drift;
  }

  remember(score: RecentScore): void {
    this.#recent ??= new ScoreRing();
    this.#recent.add(score);
  }

  /** The newest scores, the oldest first. */
  recent(): RecentScore[] {
    return this.#recent?.list() ?? [];
  }

  save(): SavedLife {
    const { node, boot, cgroup, until, drift, driftTold, score } = this;
    return {
      ...{ node, boot, cgroup, until, drift, driftTold },
      score: Number.isFinite(score) ? score : null,
      told: this.told.saved(),
      strange: [...this.#strange],
      alarms: [...this.#alarms],
      baseline: this.baseline.saved(),
      marks: this.marks.saved(until - MARKS_MS),
    };
  }
}
