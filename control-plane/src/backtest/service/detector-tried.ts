import type { BacktestActor } from '../../api/backtests/backtest-lifecycle.ts';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import { findVersion, ownDetector } from '../../detector-life/detector-access.ts';
import type { DetectorPolicy } from '../../detector-life/detector-policy.ts';
import { blockOf, grantedTo, liveDetector } from '../../detector-life/detector-program.ts';
import { ControlPlaneError } from '../../errors.ts';
import type { DetectorVersionHead } from '../../store/detectors/detector-version-store.ts';
import type { Store } from '../../store/store.ts';
import type { DetectorTried } from '../run/backtest-job.ts';
import type { Tried } from './rules-tried.ts';

export interface DetectorTriedDeps {
  readonly store: Store;
  readonly policy: DetectorPolicy;
}

/**
 * A version of a detector as it would run, and the active one that it would replace.
 * @throws ControlPlaneError NOT_FOUND, AUTH_FORBIDDEN for one of somebody else, DETECTOR_CAPABILITY when it may not run
 */
export async function detectorTried(
  { store, policy }: DetectorTriedDeps,
  actor: BacktestActor,
  { name, version }: { readonly name: string; readonly version?: string | undefined },
): Promise<Tried<DetectorTried>> {
  const detector = await ownDetector(store, actor, name);
  const granted = grantedTo(await store.detectors.grant(name), policy);
  const live = async (head: DetectorVersionHead): Promise<LiveDetector | undefined> => {
    const module = await store.detectorVersions.module(head.id);
    return module && liveDetector(detector, head, { module, granted, stage: 'active' });
  };
  const head = version === undefined ? await newest(store, name) : await findVersion(store, name, version);
  const blocked = blockOf(head, granted, policy);
  if (blocked) throw new ControlPlaneError('DETECTOR_CAPABILITY', `the version can not run: ${blocked}`);
  const tried = await live(head);
  if (!tried) throw new ControlPlaneError('NOT_FOUND', `version ${head.version} of ${name} was deleted meanwhile`);
  const activeId = (await store.detectorStages.current(name))?.active;
  const active = activeId && activeId !== head.id ? await store.detectorVersions.get(activeId) : undefined;
  const isActive = activeId === head.id;
  return {
    subject: { kind: 'detector', name, version: head.version, version_id: head.id },
    tried: {
      kind: 'detector',
      detector: tried,
      active: isActive ? tried : active && !blockOf(active, granted, policy) ? await live(active) : undefined,
    },
  };
}

async function newest(store: Store, name: string): Promise<DetectorVersionHead> {
  const [head] = await store.detectorVersions.of(name);
  if (head) return head;
  throw new ControlPlaneError('NOT_FOUND', `the detector ${name} has no version`);
}
