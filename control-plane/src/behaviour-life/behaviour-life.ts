import { type Log, messageOf } from '@picket/sdk';
import type { BehaviourActor, BehaviourLifecycle } from '../api/behaviour/behaviour-lifecycle.ts';
import type { BehaviourLife, BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import type { Store } from '../store/store.ts';
import { ActiveBehaviour, type BehaviourState } from './active-behaviour.ts';
import { BehaviourChanges } from './behaviour-changes.ts';
import type { BehaviourNotices } from './behaviour-notices.ts';
import { BehaviourReader } from './behaviour-reader.ts';
import type { BehaviourView } from './behaviour-view.ts';
import { type MaterialCounts, MaterialKeeper } from './material-keeper.ts';
import { ModelService } from './model-service.ts';
import { ProfileService } from './profile-service.ts';
import { Trainer, type TrainerCounts, type TrainerDeps } from './trainer.ts';

export interface BehaviourLifeDeps {
  readonly store: Store;
  readonly notices: BehaviourNotices;
  readonly settings: BehaviourSettings;
  readonly view: BehaviourView;
  readonly train: TrainerDeps['train'];
  /** Folder of public keys in PEM; when given, an imported profile must be signed by one of them. */
  readonly keysFolder: string | undefined;
  /** Name of this control plane. */
  readonly replica: string;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
  /** Workloads that are kept; the usual bound when left out. */
  readonly mostWorkloads?: number | undefined;
}

const TICK_MS = 1000;
/** Ticks between two looks at the store. */
const LOOK_TICKS = 5;

/** Counts for metrics. */
export interface BehaviourLifeStats {
  readonly state: BehaviourState;
  readonly material: MaterialCounts;
  readonly trainer: TrainerCounts;
  /** Workloads that were ever removed for want of room, as far as this process has looked. */
  readonly removed: number;
}

/** The life of models and profiles: what makes them, what changes them, and what partitions score by. */
export interface RunningBehaviourLife extends BehaviourLife {
  readonly lifecycle: BehaviourLifecycle;
  stats(): BehaviourLifeStats;
  /** Trains at once what is due, as it does every so often by itself. */
  trainNow(): Promise<void>;
  /** Ends what runs. Call it when partitions hand nothing on any more. */
  stop(): Promise<void>;
}

/**
 * Reads what is to be scored by, and begins to follow the store and to train.
 * @throws ControlPlaneError STORE_UNAVAILABLE, BEHAVIOUR_BUSY
 */
export async function startBehaviourLife(deps: BehaviourLifeDeps): Promise<RunningBehaviourLife> {
  const { store, notices, settings, log, now } = deps;
  const active = await ActiveBehaviour.open(deps);
  const changes = new BehaviourChanges({
    ...{ store, now },
    notify: () => notices.notify(),
    refresh: () => active.refresh(),
  });
  const keeper = new MaterialKeeper({
    ...{ store, log, now, mostWorkloads: deps.mostWorkloads },
    onWorkloads: () => changes.announce(),
  });
  const trainer = new Trainer({ ...deps, changes });
  notices.listen(() => void active.refresh());
  const looking = every(TICK_MS * LOOK_TICKS, () => active.refresh());
  const training = every(settings.isOn ? settings.trainSeconds * 1000 : undefined, () =>
    trainer.pass().catch((error: unknown) => {
      log.warn('models could not be trained; it is tried again', { why: messageOf(error) });
    }),
  );
  return {
    program: () => active.program,
    takeMaterial: (partition, rows) => keeper.take(partition, rows),
    lifecycle: lifecycleOf(deps, changes),
    stats: () => ({
      ...{ state: active.state(), material: keeper.counts, trainer: trainer.counts, removed: active.removed },
    }),
    trainNow: () => training.now(),
    async stop() {
      const ended = [looking.stop(), training.stop()];
      await trainer.stop();
      await Promise.all(ended);
    },
  };
}

interface Repeated {
  /** Does it now; when it is being done, that is what is waited for. */
  now(): Promise<void>;
  stop(): Promise<void>;
}

/** Does something again and again, one at a time. @param ms undefined: only when it is asked for */
function every(ms: number | undefined, work: () => Promise<void>): Repeated {
  let working: Promise<void> | undefined;
  const now = (): Promise<void> => {
    working ??= work().finally(() => {
      working = undefined;
    });
    return working;
  };
  const timer = ms === undefined ? undefined : setInterval(() => void now(), ms);
  return {
    now,
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}

function lifecycleOf(deps: BehaviourLifeDeps, changes: BehaviourChanges): BehaviourLifecycle {
  const reader = new BehaviourReader(deps);
  const models = new ModelService(changes);
  const profiles = new ProfileService({ ...deps, changes });
  const model = async (actor: BehaviourActor, id: string, change: Promise<void>) => {
    await change;
    return await reader.model(actor, id);
  };
  const profile = async (actor: BehaviourActor, id: string, change: Promise<void>) => {
    await change;
    const { entries: _entries, decisions: _decisions, ...info } = await reader.profile(actor, id);
    return info;
  };
  return {
    models: (actor, filter) => reader.models(actor, filter),
    model: (actor, id) => reader.model(actor, id),
    versions: (actor, id, limit, cursor) => reader.versions(actor, id, limit, cursor),
    compare: (actor, id, a, b) => reader.compare(actor, id, a, b),
    scores: (actor, id) => reader.scores(actor, id),
    promote: (actor, id, request) => model(actor, id, models.promote(actor, id, request)),
    rollback: (actor, id, request) => model(actor, id, models.rollback(actor, id, request)),
    reset: (actor, id, request) => model(actor, id, models.reset(actor, id, request)),
    stage: (actor, id, request) => model(actor, id, models.stage(actor, id, request)),
    profiles: (actor, filter) => reader.profiles(actor, filter),
    profile: (actor, id) => reader.profile(actor, id),
    exportProfile: (actor, id) => profiles.export(actor, id),
    importProfile: (actor, id, request) => profile(actor, id, profiles.import(actor, id, request)),
    decide: (actor, id, what, request) => profile(actor, id, profiles.decide(actor, id, what, request)),
    forget: (actor, id, request) => profile(actor, id, profiles.forget(actor, id, request)),
  };
}
