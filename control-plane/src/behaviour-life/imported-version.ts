import { thresholdsFor } from '../detection/anomaly/learning/thresholds.ts';
import type { Profile } from '../detection/anomaly/profiles/profile.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';
import type { BehaviourBlobs, BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import type { Store } from '../store/store.ts';
import { versionId } from './version-changes.ts';

export interface ImportOptions {
  /** Id of the token. */
  readonly actor: string;
  readonly alarmsPerDay: number;
  /** ms since 1970. */
  readonly now: number;
}

/** How often a strange window is followed by another one, where nothing was measured. */
const USUAL_REPEATS = 1 / 3;
const NOTHING = new Uint8Array();

/** A version with a profile that was brought in, and the model and thresholds of the one that scores now. */
export async function importedVersion(
  store: Store,
  workload: WorkloadRecord,
  profile: Profile,
  { actor, alarmsPerDay, now }: ImportOptions,
): Promise<{ readonly version: Omit<BehaviourVersionHead, 'sequence'>; readonly blobs: BehaviourBlobs }> {
  const active = workload.active === null ? undefined : await store.behaviourVersions.get(workload.active);
  const model = active ? ((await store.behaviourVersions.blobs(active.id))?.model ?? NOTHING) : NOTHING;
  const { drift, weak, strong } = active?.threshold ?? thresholdsFor(alarmsPerDay, USUAL_REPEATS);
  const threshold = { drift, weak, strong };
  const blobs = { model, profile: profile.save() };
  const { tokens, classes, windows, runs } = profile.stats();
  return {
    blobs,
    version: {
      id: versionId(workload.id, blobs, threshold),
      ...{ workload: workload.id, origin: 'imported', created: now, createdBy: actor, seed: active?.seed ?? 0 },
      ...{ windows, runs, tokens, classes, modelBytes: model.length, profileBytes: blobs.profile.length },
      ...{ threshold, heldOut: null, anchorDrift: null, report: {}, material: active?.material ?? 0 },
    },
  };
}
