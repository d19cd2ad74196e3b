import type { EventCursor } from '@picket/sdk';
import { BehaviourEngine } from '../../../control-plane/src/detection/anomaly/engine/behaviour-engine.ts';
import type { BehaviourProgram } from '../../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import type { NodeState } from '../../../control-plane/src/detection/state/node-state.ts';
import type { Batch, Emit, Finding } from '../../../control-plane/src/types.ts';
import { LEARNING } from './programs.ts';
import type { Watcher } from './replay.ts';
import { placeOf } from './roll-call.ts';

/** Something that the engine told. Times are CLOCK_BOOTTIME in ms. */
export interface Told {
  readonly rule: string;
  readonly priority: string;
  readonly container: string;
  readonly output: string;
  readonly score: number;
  /** The window it was found in. */
  readonly from: number;
  readonly to: number;
  /** What the engine found before within its cooldown is the same alert. */
  readonly isNew: boolean;
}

/** How strange windows were at most. */
export interface Strangest {
  /** The score that came closest to its threshold, or went farthest over it. */
  readonly score: number;
  readonly threshold: number;
  /** Score of what was new. */
  readonly drift: number;
}

/**
 * The engine over some containers of a recording. It sees them from their beginning, since what they are is known from there,
 * and judges in a stretch of time.
 */
export class Trial implements Watcher {
  readonly engine: BehaviourEngine;
  readonly told: Told[] = [];
  readonly #places: ReadonlySet<number>;
  readonly #from: number;
  readonly #to: number;
  readonly #alerts = new Map<string, number>();
  readonly #program: BehaviourProgram;
  #isOn = true;
  #isJudging = false;
  #wallMs = 0;

  constructor(program: BehaviourProgram, places: ReadonlySet<number>, from = 0, to = Number.POSITIVE_INFINITY) {
    this.engine = new BehaviourEngine(() => (this.#isJudging ? program : LEARNING), {
      onFailure: (error) => {
        throw error;
      },
    });
    this.#program = program;
    this.#places = places;
    this.#from = from;
    this.#to = to;
  }

  begin(batch: Batch, state: NodeState): void {
    const at = Number(batch.header.watermark) / 1e6;
    this.#isOn = at <= this.#to;
    this.#isJudging = at >= this.#from;
    this.#wallMs = Number(batch.header.wallOffset) / 1e6;
    if (this.#isOn) this.engine.begin(batch, state);
  }

  apply(cursor: EventCursor, state: NodeState): void {
    if (!this.#isOn) return;
    if (cursor.slot === 0 || this.#places.has(placeOf(cursor))) this.engine.apply(cursor, state);
  }

  end(batch: Batch, state: NodeState): void {
    if (this.#isOn) this.engine.end(batch, state, this.#emit);
  }

  /** The strangest window of a stretch of time, told or not. */
  strangest(from: number, to: number): Strangest {
    const found = { score: 0, threshold: 0, drift: 0 };
    const scores = this.#program.workloads
      .flatMap((live) => this.engine.scoresOf(live))
      .flatMap(({ scores }) => scores);
    for (const { at, seconds, value, threshold, drift } of scores) {
      const end = at - this.#wallMs;
      if (end <= from || end - seconds * 1000 >= to) continue;
      found.drift = Math.max(found.drift, drift);
      if (value - threshold > found.score - found.threshold || found.threshold === 0)
        Object.assign(found, { score: value, threshold });
    }
    return found;
  }

  readonly #emit: Emit = (finding, cursor) => {
    const to = cursor.time / 1e6;
    const seconds = Number(finding.fields['behaviour.window'] ?? 0);
    this.told.push({
      rule: finding.rule,
      priority: finding.priority,
      container: String(finding.fields['container.name'] ?? ''),
      output: finding.output,
      score: finding.score ?? 0,
      ...{ from: to - seconds * 1000, to },
      isNew: this.#isNew(finding, to),
    });
  };

  /** As alerts are grouped: by key, until the cooldown after the first of them is over. */
  #isNew({ rule, groupKey, cooldownMs = 60_000 }: Finding, at: number): boolean {
    const key = `${rule}\0${groupKey}`;
    const first = this.#alerts.get(key);
    if (first !== undefined && at - first <= cooldownMs) return false;
    this.#alerts.set(key, at);
    return true;
  }
}
