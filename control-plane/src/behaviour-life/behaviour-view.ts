import type { ContainerScores, ObservedAlarms } from '../detection/anomaly/engine/engine-stats.ts';

interface Named {
  readonly key: string;
  readonly digest: string;
}

/** What the partitions of this control plane know about a workload. */
export interface BehaviourView {
  /** The newest scores of its containers. */
  scores(workload: Named): readonly ContainerScores[];
  /** What came of it; undefined when none of its containers is watched here. */
  observed(workload: Named): ObservedAlarms | undefined;
}
