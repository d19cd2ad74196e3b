import type { PromoteRequest, VersionStage } from '@picket/sdk/client';
import type { z } from 'zod';
import { ControlPlaneError } from '../errors.ts';
import type { DetectorStages, StageChange } from '../store/detectors/detector-stage-store.ts';

/** Where nothing is yet. */
export const NO_STAGES: DetectorStages = { shadow: null, canary: null, active: null };

/** The stage of a version. */
export function stageOf(stages: DetectorStages | undefined, id: string): VersionStage {
  if (stages?.active === id) return 'active';
  if (stages?.canary?.id === id) return 'canary';
  return stages?.shadow === id ? 'shadow' : 'none';
}

/** Stages without a version. */
export const without = (stages: DetectorStages, id: string): DetectorStages => ({
  shadow: stages.shadow === id ? null : stages.shadow,
  canary: stages.canary?.id === id ? null : stages.canary,
  active: stages.active === id ? null : stages.active,
});

/** Puts a version into a stage: it leaves the one that it is in, and takes the place of the one that is there. */
export function withVersion(
  stages: DetectorStages,
  id: string,
  { stage, canary }: Pick<z.output<typeof PromoteRequest>, 'stage' | 'canary'>,
): DetectorStages {
  const others = without(stages, id);
  if (stage === 'canary') return { ...others, canary: canary ? { id, selector: canary } : null };
  return { ...others, [stage]: id };
}

/** Whether two states tell the same: the shadow alerts nobody. */
export const tellsTheSame = (one: DetectorStages, two: DetectorStages): boolean =>
  one.active === two.active && JSON.stringify(one.canary) === JSON.stringify(two.canary);

/** The change that a rollback from here would go back to: the shadow is no part of it. */
export const parentOf = (before: StageChange | undefined, next: DetectorStages): number | null =>
  before === undefined ? null : tellsTheSame(before, next) ? before.parent : before.revision;

/**
 * Canary and active as they were; the shadow stays, unless it is one of them.
 * @throws ControlPlaneError DETECTOR_CONFLICT when a version of then was deleted
 */
export function rolledBack(now: DetectorStages, then: DetectorStages, kept: ReadonlySet<string>): DetectorStages {
  for (const id of [then.active, then.canary?.id])
    if (id && !kept.has(id))
      throw new ControlPlaneError('DETECTOR_CONFLICT', `the version before, ${id}, was deleted: promote another one`);
  const shadow = now.shadow === then.active || now.shadow === then.canary?.id ? null : now.shadow;
  return { shadow, canary: then.canary, active: then.active };
}
