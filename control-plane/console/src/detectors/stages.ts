import type { DetectorInfo, DetectorStage, StagedVersion } from '@picket/sdk/client';

/** The stages that run, the one that counts most first. */
const ORDER: readonly DetectorStage[] = ['active', 'canary', 'shadow'];

export interface Staged {
  readonly stage: DetectorStage;
  readonly version: StagedVersion;
}

/** The versions of a detector that are in a stage, the one that counts most first. */
export const stagedVersions = ({ stages }: DetectorInfo): Staged[] =>
  ORDER.flatMap((stage) => {
    const version = stages[stage];
    return version ? [{ stage, version }] : [];
  });
