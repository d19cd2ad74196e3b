import type { BehaviourThreshold, LiveWorkload } from '../detection/anomaly/engine/behaviour-program.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';

/** Of which version a workload is scored. */
export interface ScoredBy {
  readonly workload: WorkloadRecord;
  readonly version: string;
  /** The workload whose version it is, where another image stands in. */
  readonly prior: WorkloadRecord | undefined;
}

/** Those whose own model is used, so that it may stand in for another image. */
const isAccepted = ({ stage, active }: WorkloadRecord): boolean =>
  active !== null && (stage === 'monitor' || stage === 'enforce');

/**
 * Finds what each workload is scored by: its own version; while it is learning one of the same workload under another image,
 * else one of another workload of the same image, the one that was used last.
 * @param workloads the one that was used last first
 */
export function scoredBy(workloads: readonly WorkloadRecord[]): ScoredBy[] {
  const byKey = new Map<string, WorkloadRecord>();
  const byImage = new Map<string, WorkloadRecord>();
  for (const workload of workloads) {
    if (!isAccepted(workload)) continue;
    if (!byKey.has(workload.key)) byKey.set(workload.key, workload);
    if (!byImage.has(imageIn(workload))) byImage.set(imageIn(workload), workload);
  }
  return workloads.flatMap((workload): ScoredBy[] => {
    if (workload.active !== null) return [{ workload, version: workload.active, prior: undefined }];
    const prior = byKey.get(workload.key) ?? byImage.get(imageIn(workload));
    return prior?.active ? [{ workload, version: prior.active, prior }] : [];
  });
}

/** A prior must not tell one namespace of what another one does. */
const imageIn = ({ image, namespace }: WorkloadRecord): string => `${namespace ?? ''}\0${image}`;

/**
 * A workload as partitions score it.
 * @param waiting the version that waits for an operator
 */
export function liveWorkload(
  { workload, version, prior }: ScoredBy,
  parts: Pick<LiveWorkload, 'model' | 'profile'>,
  head: BehaviourVersionHead,
  waiting: BehaviourVersionHead | undefined,
): LiveWorkload {
  const { key, digest, image, stage, paused, target } = workload;
  return {
    ...{ key, digest, image, versionId: version, paused, ...parts },
    // a model of another image decides nothing, whatever that workload is in
    stage: prior ? 'learning' : stage,
    threshold: head.threshold satisfies BehaviourThreshold,
    ...(target !== null && { alarmsPerDay: target }),
    ...(waiting?.anchorDrift && { anchorDrift: waiting.anchorDrift }),
  };
}
