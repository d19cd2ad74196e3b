import { ControlPlaneError } from '../errors.ts';
import type { DecisionRecord } from '../store/behaviour/behaviour-decision-store.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { Store } from '../store/store.ts';

/** Everything that says what is to be scored by, apart from the models themselves. */
export interface BehaviourLayers {
  readonly revision: number;
  /** The one that was used last first. */
  readonly workloads: readonly WorkloadRecord[];
  /** Decisions that hold, by the id of their workload. */
  readonly decisions: ReadonlyMap<string, readonly DecisionRecord[]>;
}

/** Changes that come while it is read: this many times it is read again. */
const MOST_READS = 100;

/** All of one moment: nothing was changed while it was read. @throws ControlPlaneError BEHAVIOUR_BUSY */
export async function readLayers(store: Store): Promise<BehaviourLayers> {
  for (let reads = 0; reads < MOST_READS; reads++) {
    const revision = await store.behaviour.revision();
    const workloads = await store.behaviour.all();
    const decisions = Map.groupBy(await store.behaviourDecisions.accepted(), ({ workload }) => workload);
    // the number of a change grows when it is written: the same one before and behind means that there was none between
    if ((await store.behaviour.revision()) === revision) return { revision, workloads, decisions };
  }
  throw new ControlPlaneError('BEHAVIOUR_BUSY', 'models are being changed without end: try again in a few seconds');
}
