import type { DetectorInfo } from '@picket/sdk/client';

/** The id of the version that counts most: the active one, else that of the canary, else the shadow. */
export function stagedVersion({ stages }: Pick<DetectorInfo, 'stages'>): string | undefined {
  return (stages.active ?? stages.canary ?? stages.shadow)?.id;
}
