import type { NatsConnection } from '@nats-io/transport-node';
import type { Log } from '@picket/sdk';
import { type RunningBehaviourLife, startBehaviourLife } from './behaviour-life/behaviour-life.ts';
import { behaviourNotices } from './behaviour-life/behaviour-notices.ts';
import type { BehaviourView } from './behaviour-life/behaviour-view.ts';
import type { BehaviourSettings } from './detection/anomaly/engine/behaviour-program.ts';
import { trainInWorker } from './detection/anomaly/learning/train-in-worker.ts';
import { needsOfBehaviour } from './detection/plan/behaviour-needs.ts';
import type { ActiveRules } from './rule-sets/active-rules.ts';
import type { Store } from './store/store.ts';

export interface LiveBehaviourDeps {
  readonly store: Store;
  readonly nats: NatsConnection;
  readonly rules: Pick<ActiveRules, 'needBesides'>;
  readonly settings: BehaviourSettings;
  /** What the partitions of this replica know. */
  readonly view: BehaviourView;
  /** Folder of public keys: profiles that are imported must be signed by one of them. */
  readonly keysFolder: string | undefined;
  /** Name of this replica. */
  readonly replica: string;
  readonly log: Log;
}

/**
 * Learned behaviour: what it needs to see, what is scored by, and what trains it.
 * @throws ControlPlaneError STORE_UNAVAILABLE
 */
export async function startLiveBehaviour(deps: LiveBehaviourDeps): Promise<RunningBehaviourLife> {
  const { store, nats, rules, settings, view, keysFolder, replica, log } = deps;
  rules.needBesides(needsOfBehaviour(settings), 'behaviour');
  return await startBehaviourLife({
    ...{ store, settings, view, keysFolder, replica, log, now: Date.now },
    notices: behaviourNotices(nats),
    train: (job, signal) => trainInWorker(job, { signal }),
  });
}
