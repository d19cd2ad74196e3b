import { type Log, messageOf } from '@picket/sdk';
import type { DetectorActor, DetectorLifecycle } from '../api/detectors/detector-lifecycle.ts';
import type { DetectorProgram } from '../detection/detectors/live-detector.ts';
import type { Store } from '../store/store.ts';
import { ActiveDetectors, type DetectorsState } from './active-detectors.ts';
import { seenDetector } from './detector-access.ts';
import { DetectorChanges } from './detector-changes.ts';
import { DetectorFindings } from './detector-findings.ts';
import type { DetectorNotices } from './detector-notices.ts';
import type { DetectorPolicy } from './detector-policy.ts';
import { DetectorReader } from './detector-reader.ts';
import { type DetectorRuntimeView, RuntimeReader } from './runtime-reader.ts';
import { SettingsService } from './settings-service.ts';
import { type BacktestProof, StageService } from './stage-service.ts';
import { UploadChecker, type UploadCheckerDeps } from './upload-checker.ts';
import { UploadService } from './upload-service.ts';

export interface DetectorLifeDeps extends UploadCheckerDeps {
  readonly store: Store;
  readonly notices: DetectorNotices;
  readonly policy: DetectorPolicy;
  readonly runtime: DetectorRuntimeView;
  readonly backtests: BacktestProof;
  /** Name of this control plane. */
  readonly replica: string;
  readonly log: Log;
  /** ms since 1970. */
  readonly now: () => number;
}

const TICK_MS = 1000;
/** Ticks between two looks at the store. */
const LOOK_TICKS = 5;

/** The life of the detectors: what changes them by the API and by other control planes. */
export interface DetectorLife {
  readonly lifecycle: DetectorLifecycle;
  /** For findings that are not told. */
  readonly findings: DetectorFindings;
  /** Calls back with what is to run now, and with each program that takes its place. */
  onProgram(listener: (program: DetectorProgram) => void): void;
  state(): DetectorsState;
  /** Writes what waits and ends. */
  stop(): Promise<void>;
}

/**
 * Reads what is to run, and begins to follow the store.
 * @throws ControlPlaneError STORE_UNAVAILABLE
 */
export async function startDetectorLife(deps: DetectorLifeDeps): Promise<DetectorLife> {
  const { store, notices, log } = deps;
  const active = await ActiveDetectors.open(deps);
  const findings = new DetectorFindings(store.detectorFindings, log);
  const running = new RuntimeReader({ ...deps, program: () => active.program });
  notices.listen((resume) => {
    void active.refresh();
    if (resume !== undefined) running.resume(resume);
  });
  let ticks = 0;
  let working: Promise<void> | undefined;
  const work = async (count: number): Promise<void> => {
    await findings.flush();
    if (count % LOOK_TICKS === 0) await active.refresh();
  };
  const timer = setInterval(() => {
    ticks++;
    working ??= work(ticks)
      .catch((error: unknown) => log.error('detectors could not be looked after', { why: messageOf(error) }))
      .finally(() => {
        working = undefined;
      });
  }, TICK_MS);
  return {
    lifecycle: lifecycleOf(deps, active, running),
    findings,
    onProgram: (listener) => active.onProgram(listener),
    state: () => active.state(),
    async stop() {
      clearInterval(timer);
      await working;
      await findings.flush();
    },
  };
}

function lifecycleOf(deps: DetectorLifeDeps, active: ActiveDetectors, running: RuntimeReader): DetectorLifecycle {
  const { store, policy, notices } = deps;
  const changes = new DetectorChanges({ ...deps, active, notify: () => notices.notify() });
  const reader = new DetectorReader(store, policy);
  const uploads = new UploadService({ ...deps, changes, checker: new UploadChecker(deps) });
  const stages = new StageService({ ...deps, changes });
  const settings = new SettingsService({ store, changes });
  const changed = async (actor: DetectorActor, name: string, change: Promise<void>) => {
    await change;
    return await reader.get(actor, name);
  };
  return {
    list: (actor, limit, cursor) => reader.list(actor, limit, cursor),
    get: (actor, name) => reader.get(actor, name),
    versions: (actor, name, limit, cursor) => reader.versions(actor, name, limit, cursor),
    version: (actor, name, ref) => reader.version(actor, name, ref),
    findings: (actor, name, ref, limit, cursor) => reader.findings(actor, name, ref, limit, cursor),
    async upload(actor, request) {
      const { id, name, fresh } = await uploads.upload(actor, request);
      return { ...(await reader.uploaded(name, id)), fresh };
    },
    promote: (actor, name, request) => changed(actor, name, stages.promote(actor, name, request)),
    rollback: (actor, name) => changed(actor, name, stages.rollback(actor, name)),
    pause: (actor, name) => changed(actor, name, settings.setPaused(actor, name, true)),
    async resume(actor, name) {
      const info = await changed(actor, name, settings.setPaused(actor, name, false));
      notices.notify(name);
      return info;
    },
    configure: (actor, name, request) => changed(actor, name, settings.configure(actor, name, request)),
    grant: (actor, name, request) => settings.grant(actor, name, request),
    setOwner: (actor, name, owner) => changed(actor, name, settings.setOwner(actor, name, owner)),
    delete: (actor, name) => settings.delete(actor, name),
    deleteVersion: (actor, name, ref) => settings.deleteVersion(actor, name, ref),
    async stats(actor, name) {
      await seenDetector(store, actor, name);
      return running.stats(name);
    },
    async logs(actor, name, after, limit) {
      await seenDetector(store, actor, name);
      return running.logs(name, after, limit);
    },
  };
}
