import type { DetectorActor } from '../api/detectors/detector-lifecycle.ts';
import { ControlPlaneError } from '../errors.ts';
import type { DetectorRecord } from '../store/detectors/detector-store.ts';
import type { DetectorVersionHead } from '../store/detectors/detector-version-store.ts';
import type { Store } from '../store/store.ts';

/** Whether everything that a detector sees is seen by the actor too. */
export const maySee = ({ scope }: DetectorActor, detector: DetectorRecord): boolean =>
  scope === null || (detector.scope?.every((namespace) => scope.includes(namespace)) ?? false);

/** Whether the actor may change how a detector alerts. */
export const mayActivate = ({ permissions }: DetectorActor): boolean => permissions.includes('detectors.activate');

/** @throws ControlPlaneError NOT_FOUND, also for what the actor may not see */
export async function seenDetector(store: Store, actor: DetectorActor, name: string): Promise<DetectorRecord> {
  const detector = await store.detectors.get(name);
  if (detector && maySee(actor, detector)) return detector;
  throw new ControlPlaneError('NOT_FOUND', `there is no detector ${name}, or the token may not see it`);
}

/** @throws ControlPlaneError NOT_FOUND, or AUTH_FORBIDDEN for one of somebody else */
export async function ownDetector(store: Store, actor: DetectorActor, name: string): Promise<DetectorRecord> {
  const detector = await seenDetector(store, actor, name);
  requireOwn(actor, detector);
  return detector;
}

/** @throws ControlPlaneError AUTH_FORBIDDEN */
export function requireOwn(actor: DetectorActor, { name, owner }: DetectorRecord): void {
  if (owner === actor.id || mayActivate(actor)) return;
  throw new ControlPlaneError(
    'AUTH_FORBIDDEN',
    `the detector ${name} belongs to another token: ask its owner, or an operator to make you the owner`,
  );
}

/** @throws ControlPlaneError AUTH_FORBIDDEN */
export function requireActivate(actor: DetectorActor, what: string): void {
  if (mayActivate(actor)) return;
  throw new ControlPlaneError('AUTH_FORBIDDEN', `${what} needs the permission detectors.activate: ask an operator`);
}

const SHORTEST_ID = 8;

/**
 * A version of a detector by its id, the beginning of its id, or its number; of several with one number the newest.
 * @throws ControlPlaneError NOT_FOUND, or REQUEST_INVALID when several ids begin like that
 */
export async function findVersion(store: Store, name: string, ref: string): Promise<DetectorVersionHead> {
  const versions = await store.detectorVersions.of(name);
  const numbered = versions.find(({ version }) => version === ref);
  if (numbered) return numbered;
  const found = ref.length >= SHORTEST_ID ? versions.filter(({ id }) => id.startsWith(ref)) : [];
  if (found.length > 1) throw new ControlPlaneError('REQUEST_INVALID', `several versions begin with ${ref}`);
  if (found[0]) return found[0];
  throw new ControlPlaneError(
    'NOT_FOUND',
    `the detector ${name} has no version ${ref}: name it by its number or by ${SHORTEST_ID} digits of its id or more`,
  );
}
