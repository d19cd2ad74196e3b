import { createHash } from 'node:crypto';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourBlobs, BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';

/** Versions that a rollback can go back through. */
const MOST_EARLIER = 10;

/** Id of a version: the same workload, model, profile and thresholds give the same one. */
export const versionId = (
  workload: string,
  { model, profile }: BehaviourBlobs,
  threshold: BehaviourVersionHead['threshold'],
): string => {
  const { drift, weak, strong } = threshold;
  const hash = createHash('sha256').update(`picket:behaviour-version:1\n${workload}\n${drift} ${weak} ${strong}\n`);
  for (const part of [model, profile]) hash.update(`${part.length}\n`).update(part);
  return hash.digest('hex');
};

/** The workload with another version that scores; the one before is what a rollback goes to. */
export function withActive(workload: WorkloadRecord, version: string): WorkloadRecord {
  const { active, earlier } = workload;
  if (active === version) return workload;
  const before = [...earlier, ...(active === null ? [] : [active])].filter((id) => id !== version);
  return { ...workload, active: version, earlier: before.slice(-MOST_EARLIER) };
}

/** Within a transaction: writes a workload, and forgets versions that nothing needs any more. */
export async function writeWorkload(store: Store, workload: WorkloadRecord): Promise<WorkloadRecord> {
  const { id, active, anchor, waiting, earlier } = workload;
  const named = [active, anchor, waiting?.version, earlier.at(-1)].filter((one) => typeof one === 'string');
  const gone = await store.behaviourVersions.forgetOld(id, named);
  const written = { ...workload, earlier: earlier.filter((version) => !gone.includes(version)) };
  await store.behaviour.update(written);
  return written;
}
