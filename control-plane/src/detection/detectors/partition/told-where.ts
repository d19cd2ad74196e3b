import { PRIORITIES, type Priority } from '@picket/sdk';
import { type CanaryPlace, canaryMatches } from '../instance/canary-match.ts';
import type { LiveDetector } from '../live-detector.ts';

/**
 * Whether a finding becomes an alert. Where a canary alerts, the active version of the same detector does not.
 * @param canary that runs beside the detector under the same name; undefined for none, or while it does not run
 */
export function toldWhere(
  { stage, canary: own, paused }: LiveDetector,
  canary: LiveDetector | undefined,
  place: CanaryPlace,
): 'alert' | 'recorded' {
  // what a paused one was given before comes out still
  if (stage === 'shadow' || paused) return 'recorded';
  if (stage === 'canary') return canaryMatches(own ?? {}, place) ? 'alert' : 'recorded';
  return canary && canaryMatches(canary.canary ?? {}, place) ? 'recorded' : 'alert';
}

/** What a detector says, or what its manifest says when that is less severe. @param severity 0 emergency to 7 debug */
export function priorityOf({ severity: most }: LiveDetector, severity: number): Priority {
  return PRIORITIES[Math.max(severity, PRIORITIES.indexOf(most))] ?? most;
}
