/** In how many windows of training something was, and in how many groups of them. */
export interface Seen {
  readonly windows: number;
  readonly groups: number;
}

/**
 * What every container does, if only once as it starts, is not rare: being in all groups counts as being in this share
 * of the windows.
 */
const ALL_GROUPS = 1 / 8;
/** With fewer groups that says nothing. */
const ENOUGH_GROUPS = 3;

/** Share of windows that have it, from 0 to 1. */
export function shareOf(seen: Seen, all: Seen): number {
  const ofWindows = seen.windows / Math.max(1, all.windows);
  const ofGroups = all.groups < ENOUGH_GROUPS || seen.groups < 2 ? 0 : seen.groups / all.groups;
  return Math.max(ofWindows, ALL_GROUPS * ofGroups);
}
