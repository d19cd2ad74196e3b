import type { DetectorInfo, VersionStage, WhoAmI } from '@picket/sdk/client';

/** What somebody may do with a detector. The server decides; this keeps buttons away that it would refuse. */
export interface DetectorRights {
  /** Run in shadow, pause, resume. */
  readonly shadow: boolean;
  /** Change what it alerts. */
  readonly activate: boolean;
  readonly remove: boolean;
}

export const NO_RIGHTS: DetectorRights = { shadow: false, activate: false, remove: false };

/** By the permissions of the token, and by whose detector it is: see "Who may do what" in docs/detector-life.md. */
export function detectorRights(user: WhoAmI | null | undefined, detector: DetectorInfo): DetectorRights {
  if (!user?.permissions.includes('detectors.shadow')) return NO_RIGHTS;
  const activate = user.permissions.includes('detectors.activate');
  if (!activate && detector.owner !== user.token_id) return NO_RIGHTS;
  const alerts = detector.stages.active !== null || detector.stages.canary !== null;
  return { shadow: true, activate, remove: activate || !alerts };
}

export type VersionAct = 'active' | 'canary' | 'shadow' | 'deleteVersion';

/** What can be done with a version that is in a stage now. */
export function versionActs(rights: DetectorRights, stage: VersionStage): VersionAct[] {
  const alerts = stage === 'active' || stage === 'canary';
  const acts: readonly (readonly [VersionAct, boolean])[] = [
    ['active', rights.activate && stage !== 'active'],
    ['canary', rights.activate && stage !== 'active'],
    ['shadow', stage !== 'shadow' && (alerts ? rights.activate : rights.shadow)],
    ['deleteVersion', rights.shadow && !alerts],
  ];
  return acts.filter(([, may]) => may).map(([act]) => act);
}
