import type { BehaviourStage } from './behaviour-program.ts';

/** Upper ends of the classes that scores are counted in; one class more for what is above. */
export const SCORE_BOUNDS = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8] as const;

/** Counts of one partition since it was taken. */
export class BehaviourStats {
  /** Windows that ended, by their length in seconds. */
  readonly windows = new Map<number, number>();
  scored = 0;
  learned = 0;
  /** Windows that nothing was learned from, by reason. */
  readonly refused = new Map<string, number>();
  /** Findings, by rule. */
  readonly findings = new Map<string, number>();
  /** What was strange and yet not told, by reason. */
  readonly held = new Map<string, number>();
  /** Scores by stage, in the classes of SCORE_BOUNDS. */
  readonly scores = new Map<BehaviourStage, Float64Array>();
  /** Versions of models that failed, and batches whose windows could not be made. */
  readonly failures = new Map<string, number>();
  /** What was forgotten for want of room, by what it was. */
  readonly evicted = new Map<string, number>();
  /** Time that all of it took, ns. */
  ns = 0;
  /** Workloads of which there is material. */
  keys = 0;
  /** Memory of the material, about. */
  bytes = 0;

  countScore(stage: BehaviourStage, value: number): void {
    const classes = this.scores.get(stage) ?? new Float64Array(SCORE_BOUNDS.length + 1);
    this.scores.set(stage, classes);
    const found = SCORE_BOUNDS.findIndex((bound) => value <= bound);
    const index = found < 0 ? SCORE_BOUNDS.length : found;
    classes[index] = (classes[index] as number) + 1;
  }

  /** Adds the counts of another partition. */
  add(other: BehaviourStats): void {
    for (const name of ['windows', 'refused', 'findings', 'held', 'failures', 'evicted'] as const)
      for (const [key, count] of other[name]) countUp(this[name] as Map<unknown, number>, key, count);
    for (const [stage, classes] of other.scores) {
      const sum = this.scores.get(stage) ?? new Float64Array(SCORE_BOUNDS.length + 1);
      this.scores.set(
        stage,
        sum.map((count, i) => count + (classes[i] as number)),
      );
    }
    for (const name of ['scored', 'learned', 'ns', 'keys', 'bytes'] as const) this[name] += other[name];
  }
}

export function countUp<K>(counts: Map<K, number>, key: K, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** A score of one window, as the API shows it. */
export interface RecentScore {
  /** End of the window, ms since 1970. */
  readonly at: number;
  readonly seconds: number;
  readonly value: number;
  readonly versionId: string;
  /** From which on it is told when it comes twice in a row. */
  readonly threshold: number;
  /** Of what was new to the profile; 0 for nothing. */
  readonly drift: number;
}

/** The newest scores of one container. */
export interface ContainerScores {
  readonly id: string;
  readonly name: string | null;
  readonly node: string;
  /** The oldest first. */
  readonly scores: RecentScore[];
}

/** What came of a workload. */
export interface ObservedAlarms {
  readonly alarms: number;
  readonly containerDays: number;
}
