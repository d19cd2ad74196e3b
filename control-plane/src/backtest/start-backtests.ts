import { join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import type { BacktestLifecycle } from '../api/backtests/backtest-lifecycle.ts';
import type { DetectorPolicy } from '../detector-life/detector-policy.ts';
import type { ActiveRules } from '../rule-sets/active-rules.ts';
import type { Store } from '../store/store.ts';
import { runInWorker } from './run/run-in-worker.ts';
import { BacktestQueue, type BacktestQueueDeps } from './service/backtest-queue.ts';
import { BacktestService } from './service/backtest-service.ts';
import { CaptureFiles } from './service/capture-files.ts';
import { CaptureService } from './service/capture-service.ts';
import { detectorTried } from './service/detector-tried.ts';
import { type RulesTriedDeps, rulesTried } from './service/rules-tried.ts';

export interface BacktestsDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly validate: RulesTriedDeps['validate'];
  readonly policy: DetectorPolicy;
  readonly bus: { readonly url: string; readonly seedFile: string };
  /** Uploaded captures and fetched events lie in a folder below. */
  readonly dataFolder: string;
  readonly alertsPerMinute?: number | undefined;
  /** Name of this control plane. */
  readonly replica: string;
  /** Whether no other control plane uses the store: then whatever runs there when this one starts is an orphan. */
  readonly isAlone: boolean;
  /** Runs one; on a thread of its own when left out. */
  readonly run?: BacktestQueueDeps['run'];
  readonly log: Log;
  readonly now: () => number;
}

export interface Backtests {
  readonly lifecycle: BacktestLifecycle;
  /** Whether a version of a detector has come through a backtest without a fault and with nothing left out. */
  hasCleanBacktest(versionId: string): Promise<boolean>;
  /** Ends what runs. */
  stop(): Promise<void>;
}

const LOOK_MS = 2000;
/** After so long without a sign the control plane of a backtest is taken for gone. */
const GONE_MS = 60_000;
const ORPHANED = {
  code: 'BACKTEST_STOPPED',
  message: 'the control plane ended while it waited or ran: run it again',
};

/** Begins to take backtests, and ends in the store those that a control plane left behind. */
export async function startBacktests(deps: BacktestsDeps): Promise<Backtests> {
  const { store, log, now, replica } = deps;
  const files = new CaptureFiles(join(deps.dataFolder, 'captures'));
  const orphans = { now: now(), seenBefore: deps.isAlone ? now() + 1 : now() - GONE_MS, error: ORPHANED };
  await store.backtests.failOrphans(replica, orphans);
  files.removeOthers(new Set((await store.captures.list()).map(({ id }) => id)));
  const queue = new BacktestQueue({ store, run: deps.run ?? runInWorker, log, now });
  const captures = new CaptureService({ store, files, now });
  const service = new BacktestService({
    ...{ store, queue, captures, files, replica, now },
    bus: deps.bus,
    alertsPerMinute: deps.alertsPerMinute,
    rules: (rules) => rulesTried(deps, rules),
    detector: (actor, wanted) => detectorTried(deps, actor, wanted),
  });
  const stopLooking = lookAfter(deps, queue);
  return {
    lifecycle: lifecycleOf(service, captures),
    hasCleanBacktest: (versionId) => store.backtests.hasClean(versionId),
    async stop() {
      await stopLooking();
      await queue.stop();
    },
  };
}

/** Every two seconds: signs of life, what others cancelled, and what others left behind. */
function lookAfter({ store, log, now }: BacktestsDeps, queue: BacktestQueue): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const look = async () => {
    try {
      await queue.look();
      await store.backtests.failOrphans('', { now: now(), seenBefore: now() - GONE_MS, error: ORPHANED });
    } catch (error) {
      log.warn('backtests could not be looked after; it is tried again', { why: messageOf(error) });
    }
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

const lifecycleOf = (service: BacktestService, captures: CaptureService): BacktestLifecycle => ({
  create: (actor, request) => service.create(actor, request),
  list: (actor, page, state) => service.list(actor, page, state),
  get: (actor, id) => service.get(actor, id),
  delete: (actor, id) => service.delete(actor, id),
  uploadCapture: (actor, pieces) => captures.upload(actor, pieces),
  captures: (actor, page) => captures.list(actor, page),
  deleteCapture: (actor, id) => captures.delete(actor, id),
});
