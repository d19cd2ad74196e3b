import {
  type FeatureWindow,
  WINDOW_INCIDENT,
  WINDOW_LEARNING_OFF,
  WINDOW_LOSS,
  WINDOW_PARTIAL,
} from '../features/feature-window.ts';
import type { Material } from './material.ts';

/**
 * Why nothing was learned from a window: events were lost in it, the container was not known well enough, an incident of
 * it was open, learning was switched off, or it was so strange that it must come again first.
 */
export const REFUSALS = ['loss', 'partial', 'incident', 'paused', 'strange'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What is known of a window beside itself. */
export interface Circumstances {
  /** Learning is switched off for the workload. */
  readonly isPaused?: boolean | undefined;
  /** An incident of priority Warning or worse is open for the container. */
  readonly hasIncident?: boolean | undefined;
  /**
   * What made the window so strange that it raised an alarm: the feature of the heaviest contribution, or the token that is
   * new; a line for each thing. Such a window is learned from only when all of it comes again in other containers or hours.
   */
  readonly strange?: string | undefined;
  /** An operator has said that this strange thing belongs to the workload. */
  readonly isAllowed?: boolean | undefined;
}

/**
 * Learns from a window if that is safe.
 * @param run container id
 * @param at when it ended, ms since 1970
 * @returns why nothing was learned, undefined when it was
 */
export function learnFrom(
  material: Material,
  window: FeatureWindow,
  run: string,
  at: number,
  circumstances: Circumstances = {},
): Refusal | undefined {
  const refusal = refusalOf(window, circumstances) ?? strangeness(material, run, at, circumstances);
  if (refusal) material.refuse(refusal);
  else material.observe(window, run, at);
  return refusal;
}

/** What speaks against learning from a window, whatever is in it. */
export function refusalOf({ flags }: FeatureWindow, circumstances: Circumstances = {}): Refusal | undefined {
  if (circumstances.isPaused || flags & WINDOW_LEARNING_OFF) return 'paused';
  if (flags & WINDOW_LOSS) return 'loss';
  if (flags & WINDOW_PARTIAL) return 'partial';
  if (circumstances.hasIncident || flags & WINDOW_INCIDENT) return 'incident';
  return undefined;
}

function strangeness(
  material: Material,
  run: string,
  at: number,
  { strange, isAllowed }: Circumstances,
): Refusal | undefined {
  if (strange === undefined || isAllowed) return undefined;
  // each is noted, and what came often does not let in what came with it
  const waits = strange.split('\n').filter((thing) => !material.comesAgain(thing, run, at));
  return waits.length === 0 ? undefined : 'strange';
}
