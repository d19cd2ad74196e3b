/** What groups are made by. */
export interface Grouped {
  readonly run: number;
  /** Time, ms. */
  readonly from: number;
}

/** From so many runs on each is a group. */
const ENOUGH_RUNS = 3;
/** Stretches of time that fewer runs are cut into. */
const STRETCHES = 5;

/**
 * Parts windows into groups that know little of one another, so that what is true of one can be asked of the rest: by run; of
 * few runs by stretches of time that lie together, never window by window, since neighbours are alike. Gives the group of
 * each window, numbered from 0.
 */
export function groupsOf(windows: readonly Grouped[]): Uint32Array {
  const runs = new Map<number, number>();
  for (const { run } of windows) if (!runs.has(run)) runs.set(run, runs.size);
  if (runs.size >= ENOUGH_RUNS) return Uint32Array.from(windows, ({ run }) => runs.get(run) ?? 0);
  const order = windows.map((_, at) => at).sort((a, b) => compare(windows[a], windows[b]) || a - b);
  const groups = new Uint32Array(windows.length);
  // never more groups than windows: who reads a saved model takes that for damage
  const stretches = Math.min(STRETCHES, windows.length);
  for (const [place, at] of order.entries()) groups[at] = Math.floor((place * stretches) / windows.length);
  return groups;
}

function compare(a: Grouped | undefined, b: Grouped | undefined): number {
  if (!a || !b) return 0;
  return a.run - b.run || a.from - b.from;
}

export const groupCount = (groups: Uint32Array): number => groups.reduce((most, group) => Math.max(most, group + 1), 0);
