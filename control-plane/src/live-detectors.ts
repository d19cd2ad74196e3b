import type { NatsConnection } from '@nats-io/transport-node';
import { type Alert, type Log, messageOf } from '@picket/sdk';
import type { DetectorLifecycle } from './api/detectors/detector-lifecycle.ts';
import type { DetectorRuntimeContract, DetectorRuntimeOptions } from './detection/detectors/runtime-contract.ts';
import { DetectorCompiler } from './detection/host/compile/detector-compiler.ts';
import { startDetectorHost } from './detection/host/pool/start-detector-host.ts';
import { needsOfDetectors } from './detection/plan/detector-needs.ts';
import type { DetectorSettings } from './detector-config.ts';
import { checkArtifact } from './detector-feed/check-artifact.ts';
import { CountedHosts } from './detector-feed/counted-hosts.ts';
import { quarantineAlert } from './detector-feed/quarantine-alert.ts';
import { startDetectorLife } from './detector-life/detector-life.ts';
import { detectorNotices } from './detector-life/detector-notices.ts';
import type { BacktestProof } from './detector-life/stage-service.ts';
import type { DetectorMetricSources } from './detector-metrics.ts';
import type { DetectorWork } from './partition-work.ts';
import type { ActiveRules } from './rule-sets/active-rules.ts';
import type { Store } from './store/store.ts';

export interface LiveDetectorsDeps {
  readonly store: Store;
  readonly nats: NatsConnection;
  readonly rules: ActiveRules;
  readonly settings: DetectorSettings;
  readonly backtests: BacktestProof;
  readonly makeRuntime: (options: DetectorRuntimeOptions) => DetectorRuntimeContract;
  /** The publisher retries and reports; see `Bus`. */
  readonly publish: (alert: Alert) => Promise<void>;
  /** Told that a partition has findings that need not wait for its next batch. */
  readonly onFindings: (partition: number) => void;
  /** Name of this replica. */
  readonly replica: string;
  readonly log: Log;
}

/** Detectors of users: what changes them, and what runs of them. */
export interface LiveDetectors {
  readonly lifecycle: DetectorLifecycle;
  /** Undefined where none are to run. */
  readonly work: DetectorWork | undefined;
  readonly metrics: DetectorMetricSources;
  /** Call it when the partitions are given back: they need the detectors for their last checkpoints. */
  stop(): Promise<void>;
}

/** Where detectors are kept and none runs. */
const NOTHING_RUNS = { stats: () => [], logs: () => [], resume: () => false } as const;

/** @throws ControlPlaneError STORE_UNAVAILABLE */
export async function startLiveDetectors(deps: LiveDetectorsDeps): Promise<LiveDetectors> {
  const { store, nats, rules, settings, backtests, replica, log } = deps;
  const { confinement, policy, quota } = settings;
  const hosts = new CountedHosts((options) => startDetectorHost({ ...options, confinement }));
  const runtime = settings.hosts
    ? deps.makeRuntime({
        startHost: hosts.start,
        log,
        quota,
        onQuarantine: (facts) => {
          deps.publish(quarantineAlert(facts, replica)).catch((error: unknown) => {
            log.error('the alert of a quarantine could not be published', {
              detector: facts.detector.name,
              why: messageOf(error),
            });
          });
        },
        onFindings: deps.onFindings,
      })
    : undefined;
  const life = await startDetectorLife({
    ...{ store, policy, backtests, replica, log, now: Date.now },
    notices: detectorNotices(nats),
    runtime: runtime ?? NOTHING_RUNS,
    compiler: new DetectorCompiler({ confinement }),
    check: checkArtifact(confinement),
  });
  let program = { revision: 0, detectors: [] } as ReturnType<DetectorMetricSources['program']>;
  life.onProgram((next) => {
    program = next;
    runtime?.program(next);
    // another replica runs what this one does not, and the plan is for all
    rules.needBesides(needsOfDetectors(next.detectors));
  });
  return {
    lifecycle: life.lifecycle,
    work: runtime && {
      runtime,
      onRecorded: ({ versionId, alert }) => life.findings.record(versionId, alert),
      recordedKept: () => life.findings.flush(),
    },
    metrics: {
      stats: () => runtime?.stats() ?? [],
      program: () => program,
      hosts: () => hosts.counts(),
      unrecorded: () => life.findings.dropped,
    },
    async stop() {
      await runtime?.stop();
      await life.stop();
    },
  };
}
