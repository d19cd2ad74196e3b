import type { Log } from '@picket/sdk';
import type { Permission, ROLES } from '@picket/sdk/client';
import type { BehaviourActor, BehaviourLifecycle } from '../../api/behaviour/behaviour-lifecycle.ts';
import { permissionsOf } from '../../api/roles.ts';
import type { BehaviourSettings } from '../../detection/anomaly/engine/behaviour-program.ts';
import type { ContainerScores, ObservedAlarms } from '../../detection/anomaly/engine/engine-stats.ts';
import type { TrainedBytes, TrainJob } from '../../detection/anomaly/learning/train-job.ts';
import type { TrainReport } from '../../detection/anomaly/learning/train-report.ts';
import type { Store } from '../../store/store.ts';
import { type RunningBehaviourLife, startBehaviourLife } from '../behaviour-life.ts';
import type { BehaviourNotices } from '../behaviour-notices.ts';
import { quickTraining } from './quick-training.ts';

/** The life of models on a real store, with trainings in this process. */
export interface TestBehaviourLife extends RunningBehaviourLife {
  readonly logged: string[];
  /** Every training that was asked for. */
  readonly jobs: TrainJob[];
  /** Put over what trainings report. */
  report: Partial<TrainReport>;
  /** Called before a training ends. */
  beforeTrained: () => Promise<void>;
  /** What partitions would tell. */
  readonly scores: ContainerScores[];
  observed: ObservedAlarms | undefined;
  /** What is scored by now, as key, digest, stage and the beginning of the version. */
  scored(): string[];
  advance(ms: number): void;
}

export interface TestBehaviourLifeOptions {
  readonly settings?: Partial<BehaviourSettings>;
  /** Shared by several control planes. */
  readonly notices?: BehaviourNotices;
  readonly replica?: string;
  readonly keysFolder?: string;
  readonly mostWorkloads?: number;
  readonly train?: (job: TrainJob) => Promise<TrainedBytes>;
}

/** Trainings are asked for by tests alone: the timer of the life is far off. */
const TEST_SETTINGS: BehaviourSettings = {
  ...{ isOn: true, alarmsPerDay: 1, learningMinutes: 5, review: 'auto', trainSeconds: 86_400 },
};

/** Notices within one process. */
export function localBehaviourNotices(): BehaviourNotices {
  const listeners: (() => void)[] = [];
  return {
    notify: () => {
      for (const listener of listeners) listener();
    },
    listen: (listener) => void listeners.push(listener),
  };
}

export async function openTestBehaviourLife(
  store: Store,
  options: TestBehaviourLifeOptions = {},
): Promise<TestBehaviourLife> {
  const { settings, notices = localBehaviourNotices(), replica = 'replica-1', keysFolder, mostWorkloads } = options;
  const train = options.train ?? (async (job: TrainJob) => quickTraining(job));
  const logged: string[] = [];
  const say = (message: string, fields: unknown = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: say, info: say, warn: say, error: say };
  let skew = 0;
  const test = {
    ...{ logged, jobs: [] as TrainJob[], report: {} as Partial<TrainReport>, scores: [] as ContainerScores[] },
    observed: undefined as ObservedAlarms | undefined,
    beforeTrained: async (): Promise<void> => undefined,
    advance: (ms: number) => {
      skew += ms;
    },
  };
  const life = await startBehaviourLife({
    ...{ store, notices, replica, log, keysFolder, mostWorkloads, now: () => Date.now() + skew },
    settings: { ...TEST_SETTINGS, ...settings },
    view: { scores: () => test.scores, observed: () => test.observed },
    train: async (job) => {
      test.jobs.push(job);
      const trained = await train(job);
      await test.beforeTrained();
      return { ...trained, report: { ...trained.report, ...test.report } };
    },
  });
  const scored = () =>
    life
      .program()
      .workloads.map(({ key, digest, stage, versionId }) => `${key} ${digest} ${stage} ${versionId.slice(0, 8)}`);
  return Object.assign(test, life, { scored });
}

/** Opens lives, each on an empty store where none is given; `closeAll` ends them after each test. */
export function behaviourLives(openStore: () => Promise<Store>): {
  open: (
    options?: TestBehaviourLifeOptions,
    store?: Store,
  ) => Promise<{ store: Store; life: TestBehaviourLife; does: BehaviourLifecycle }>;
  closeAll: () => Promise<void>;
} {
  const lives: TestBehaviourLife[] = [];
  return {
    async open(options, given) {
      const store = given ?? (await openStore());
      const life = await openTestBehaviourLife(store, options);
      lives.push(life);
      return { store, life, does: life.lifecycle };
    },
    async closeAll() {
      for (const life of lives.splice(0)) await life.stop();
    },
  };
}

/** Somebody with a role; `seer` sees some namespaces alone. */
export const actor = (role: (typeof ROLES)[number], scope: readonly string[] | null = null): BehaviourActor => ({
  ...{ id: `${role}-token`, scope, permissions: permissionsOf(role) as readonly Permission[] },
});
