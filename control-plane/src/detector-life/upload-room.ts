import { ControlPlaneError } from '../errors.ts';
import type { DetectorRecord } from '../store/detectors/detector-store.ts';
import type { Store } from '../store/store.ts';
import { stagedIds } from './detector-layers.ts';
import { DETECTOR_QUOTA } from './detector-policy.ts';

const MOST_NAMED = 10;

/**
 * Whether there is room for another version.
 * @param detector the one that it is of; undefined for a new one
 * @param bytes of upload and module; 0 before they are known
 * @throws ControlPlaneError DETECTOR_CONFLICT saying what can be deleted
 */
export async function requireRoom(
  store: Store,
  owner: string,
  detector: DetectorRecord | undefined,
  bytes: number,
): Promise<void> {
  if (detector) await requireVersionRoom(store, detector.name);
  else await requireDetectorRoom(store, owner);
  const sizes = await store.detectorVersions.sizesOf(owner);
  if (sizes.bytes + bytes > DETECTOR_QUOTA.bytesPerOwner)
    throw full(
      `the detectors of one owner may have ${DETECTOR_QUOTA.bytesPerOwner >> 20} MiB together: delete versions that are not used`,
    );
}

async function requireDetectorRoom(store: Store, owner: string): Promise<void> {
  const all = await store.detectors.list();
  if (all.length >= DETECTOR_QUOTA.detectors)
    throw full(`${DETECTOR_QUOTA.detectors} detectors are kept: delete some before a new one`);
  const own = all.filter((detector) => detector.owner === owner).length;
  if (own >= DETECTOR_QUOTA.detectorsPerOwner)
    throw full(`one owner may have ${DETECTOR_QUOTA.detectorsPerOwner} detectors: delete one before a new one`);
}

async function requireVersionRoom(store: Store, name: string): Promise<void> {
  if ((await store.detectorVersions.count(name)) < DETECTOR_QUOTA.versionsPerDetector) return;
  const versions = await store.detectorVersions.of(name);
  const stages = await store.detectorStages.current(name);
  const used = new Set([...(await store.detectorStages.everTold(name)), ...(stages ? stagedIds(stages) : [])]);
  const idle = versions.filter(({ id }) => !used.has(id)).reverse();
  const named = idle.slice(0, MOST_NAMED).map(({ id, version }) => `${version} (${id.slice(0, 12)})`);
  const advice = named.length > 0 ? `delete old ones that never alerted: ${named.join(', ')}` : 'delete old ones';
  throw full(`${DETECTOR_QUOTA.versionsPerDetector} versions of a detector are kept: ${advice}`);
}

const full = (message: string) => new ControlPlaneError('DETECTOR_CONFLICT', message);
