import type { ModelInfo, ModelVersionInfo, ProfileDecision, ProfileInfo } from '@picket/sdk/client';
import { isoTime } from '../api/iso-time.ts';
import type { BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import type { ObservedAlarms } from '../detection/anomaly/engine/engine-stats.ts';
import { TOKEN_CLASSES } from '../detection/anomaly/profiles/token-classes.ts';
import type { DecisionRecord } from '../store/behaviour/behaviour-decision-store.ts';
import type { MaterialTotals } from '../store/behaviour/behaviour-material-store.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';

/** What is stored and known about one workload. */
export interface KnownWorkload {
  readonly workload: WorkloadRecord;
  readonly active: BehaviourVersionHead | undefined;
  /** The workload whose version stands in. */
  readonly prior: WorkloadRecord | undefined;
  readonly totals: MaterialTotals | undefined;
  readonly versions: number;
  readonly observed: ObservedAlarms | undefined;
}

const WINDOW_SECONDS = 10;
/** Shorter stretches say nothing about a day. */
const LEAST_DAYS = 1 / 1440;

/** A workload as the API tells it. */
export function modelInfo(
  known: KnownWorkload,
  settings: Pick<BehaviourSettings, 'alarmsPerDay' | 'learningMinutes'>,
): ModelInfo {
  const { workload, active, prior, totals, observed } = known;
  const { failure } = workload;
  return {
    ...{ id: workload.id, key: workload.key, digest: workload.digest, image: workload.image },
    ...{ namespace: workload.namespace, stage: workload.stage, paused: workload.paused, pinned: workload.pinned },
    version: active ? versionInfo(active, workload) : null,
    prior: prior?.active ? { model: prior.id, version: prior.active } : null,
    previous: workload.earlier.at(-1) ?? null,
    anchor: workload.anchor,
    waiting: workload.waiting,
    learned: {
      windows: totals?.windows ?? 0,
      runs: totals?.runs ?? 0,
      seconds: (totals?.windows ?? 0) * WINDOW_SECONDS,
      changed: isoTime(totals?.time || null),
      needed: settings.learningMinutes * 60,
      refused: { ...totals?.refused },
    },
    target: { per_day: workload.target ?? settings.alarmsPerDay, own: workload.target !== null },
    observed: observed
      ? {
          per_day: observed.alarms / Math.max(LEAST_DAYS, observed.containerDays),
          alarms: observed.alarms,
          container_days: observed.containerDays,
        }
      : null,
    failure: failure && { time: isoTime(failure.time), message: failure.message },
    versions: known.versions,
    created: isoTime(workload.created),
    changed: isoTime(workload.changed),
  };
}

/** A version as the API tells it. */
export const versionInfo = (version: BehaviourVersionHead, workload: WorkloadRecord): ModelVersionInfo => ({
  id: version.id,
  model: version.workload,
  active: version.id === workload.active,
  previous: version.id === workload.earlier.at(-1),
  anchor: version.id === workload.anchor,
  origin: version.origin,
  created: isoTime(version.created),
  created_by: version.createdBy,
  ...{ windows: version.windows, runs: version.runs, seed: version.seed, tokens: version.tokens },
  bytes: { model: version.modelBytes, profile: version.profileBytes },
  held_out: version.heldOut,
  threshold: version.threshold,
  anchor_drift: version.anchorDrift,
  report: { ...version.report },
});

/** A profile as lists tell it. @param version that scores; undefined while there is none */
export function profileInfo(
  workload: WorkloadRecord,
  version: BehaviourVersionHead | undefined,
  decisions: readonly DecisionRecord[],
): ProfileInfo {
  const count = (what: DecisionRecord['what']) =>
    decisions.filter((decision) => decision.state === 'accepted' && decision.what === what).length;
  const classes = version?.classes ?? {};
  return {
    ...{ id: workload.id, key: workload.key, digest: workload.digest, image: workload.image },
    ...{ namespace: workload.namespace, stage: workload.stage },
    version: version?.id ?? null,
    tokens: version?.tokens ?? 0,
    classes: Object.entries(classes).map(([letter, tokens]) => ({ class: letter, name: className(letter), tokens })),
    allowed: count('allow'),
    removed: count('remove'),
    proposed: decisions.filter(({ state }) => state === 'proposed').length,
    ...{ windows: version?.windows ?? 0, runs: version?.runs ?? 0 },
    learned: isoTime(version?.created ?? null),
  };
}

export const decisionInfo = ({
  token,
  pattern,
  what,
  state,
  reason,
  actor,
  time,
}: DecisionRecord): ProfileDecision => ({
  ...{ token, pattern, what, state, reason, by: actor, at: isoTime(time) },
});

/** What a class of tokens is called. */
export const className = (letter: string): string =>
  letter === 'b' ? 'baselines of rules' : (TOKEN_CLASSES.find((one) => one.letter === letter)?.name ?? letter);
