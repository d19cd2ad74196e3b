import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { Store } from '../store/store.ts';
import { namespaceOf } from './namespace-of.ts';

/** Workloads that are kept; see `removeUnused` for which of them go. */
const MOST_WORKLOADS = 5000;

interface Named {
  readonly key: string;
  readonly digest: string;
  readonly image: string;
}

/** A workload that nothing is known of yet. @param now ms since 1970 */
export const newWorkload = ({ key, digest, image }: Named, now: number): WorkloadRecord => ({
  ...{ id: workloadId(key, digest), key, digest, image, namespace: namespaceOf(key) },
  ...{ stage: 'learning', active: null, earlier: [], anchor: null, waiting: null },
  ...{ pinned: false, paused: false, target: null, epoch: 0, trainedWindows: 0, failure: null },
  ...{ created: now, changed: now, used: now },
});

/**
 * Within a transaction: writes a workload down that was not known. What people decided about the same workload under its
 * newest other image goes over: a deployment does not undo it.
 * @returns those that had to go for it, the oldest first
 */
export async function addWorkload(
  store: Store,
  workload: WorkloadRecord,
  most = MOST_WORKLOADS,
): Promise<readonly { readonly id: string; readonly key: string }[]> {
  const before = (await store.behaviour.ofKey(workload.key)).find(({ id }) => id !== workload.id);
  if (!(await store.behaviour.insert(before ? { ...workload, target: before.target } : workload))) return [];
  if (before)
    for (const decision of await store.behaviourDecisions.of(before.id))
      if (decision.state === 'accepted') await store.behaviourDecisions.put({ ...decision, workload: workload.id });
  return await store.behaviour.removeUnused(most, { now: workload.created, keep: workload.id });
}
