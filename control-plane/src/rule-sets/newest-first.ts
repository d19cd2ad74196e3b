/** Batches to begin with. */
const FIRST_BATCHES = 500;
/** Of the deadline, to be planned with: batches differ. */
const SHARE_OF_TIME = 0.7;

export interface LookLimits {
  readonly most: number;
  /** ms of the clock that one look may take. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

/**
 * Looks at stored events so that what there is no time for is the oldest of them. Events are read forwards: a look at the
 * newest tells how long a batch takes, and so how many of the newest there is time for.
 * @param look at so many of the newest batches; `cut` is "batches" when there are more
 */
export async function newestFirst<T extends { readonly cut: string | null }>(
  look: (most: number) => Promise<T>,
  { most, deadlineMs, now }: LookLimits,
): Promise<T> {
  const begin = now();
  const newest = await look(Math.min(FIRST_BATCHES, most));
  if (newest.cut !== 'batches') return newest;
  const msEach = Math.max(now() - begin, 1) / FIRST_BATCHES;
  const fitting = Math.floor((deadlineMs * SHARE_OF_TIME) / msEach);
  return fitting <= FIRST_BATCHES || most <= FIRST_BATCHES ? newest : await look(Math.min(fitting, most));
}
