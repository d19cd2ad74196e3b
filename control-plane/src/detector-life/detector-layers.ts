import { ControlPlaneError } from '../errors.ts';
import type { StageChange } from '../store/detectors/detector-stage-store.ts';
import type { DetectorGrant, DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { Store } from '../store/store.ts';

/** Everything that says what is to run. */
export interface DetectorLayers {
  readonly revision: number;
  readonly detectors: readonly DetectorRecord[];
  readonly stages: ReadonlyMap<string, StageChange>;
  readonly grants: ReadonlyMap<string, DetectorGrant>;
  /** Versions that are in a stage, by id. */
  readonly versions: ReadonlyMap<string, DetectorVersionHead>;
}

/** Changes that come while it is read: this many times it is read again. */
const MOST_READS = 100;

/** All of one moment: nothing was changed while it was read. @throws ControlPlaneError DETECTOR_BUSY */
export async function readLayers(store: Store): Promise<DetectorLayers> {
  for (let reads = 0; reads < MOST_READS; reads++) {
    const revision = await store.detectors.revision();
    const detectors = await store.detectors.list();
    const stages = await store.detectorStages.all();
    const grants = await store.detectors.grants();
    const versions = new Map<string, DetectorVersionHead>();
    for (const id of stages.flatMap(stagedIds)) {
      const version = await store.detectorVersions.get(id);
      if (version) versions.set(id, version);
    }
    // the number of a change grows when it is written: the same one before and behind means that there was none between
    if ((await store.detectors.revision()) !== revision) continue;
    return { revision, detectors, stages: byName(stages), grants: byName(grants), versions };
  }
  throw new ControlPlaneError('DETECTOR_BUSY', 'detectors are being changed without end: try again in a few seconds');
}

const byName = <T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.name, item]));

/** Ids of the versions that are in a stage. */
export const stagedIds = ({ shadow, canary, active }: Pick<StageChange, 'shadow' | 'canary' | 'active'>): string[] =>
  [shadow, canary?.id ?? null, active].filter((id) => id !== null);
