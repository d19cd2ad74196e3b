import type { BehaviourActor } from '../api/behaviour/behaviour-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';

/** A token with a scope sees the workloads of its namespaces. */
export const maySee = ({ scope }: BehaviourActor, namespace: string | null): boolean =>
  scope === null || (namespace !== null && scope.includes(namespace));

/** @throws ControlPlaneError NOT_FOUND, also for what the actor may not see */
export async function seenWorkload(store: Store, actor: BehaviourActor, id: string): Promise<WorkloadRecord> {
  const workload = await store.behaviour.get(id);
  if (workload && maySee(actor, workload.namespace)) return workload;
  throw new ControlPlaneError(
    'NOT_FOUND',
    `there is no workload ${id}, or the token may not see it: the list of models tells ids`,
  );
}

/**
 * A version of a workload by its id or the beginning of it.
 * @throws ControlPlaneError NOT_FOUND, or REQUEST_INVALID when several begin like that
 */
export async function findVersion(store: Store, workload: WorkloadRecord, ref: string): Promise<BehaviourVersionHead> {
  const found = (await store.behaviourVersions.of(workload.id)).filter(({ id }) => id.startsWith(ref));
  if (found.length > 1)
    throw new ControlPlaneError('REQUEST_INVALID', `several versions begin with ${ref}: name more digits`);
  if (found[0]) return found[0];
  throw new ControlPlaneError('NOT_FOUND', `${workload.key} has no version ${ref}: the newest ones alone are kept`);
}
