import type { KeptWindow } from './material.ts';

/** Windows in parts, so that each part can be judged by a model that was made of the others. */
export interface Folds {
  /** What is never on both sides: a container, or a stretch of time where there are too few of them. */
  readonly by: 'run' | 'time';
  readonly count: number;
  /** Undefined for a window next to a cut in time: too like what is on the other side. */
  foldOf(window: KeptWindow): number | undefined;
}

interface Stretch {
  readonly run: number;
  /** ms since 1970, the end not in it. */
  readonly from: number;
  readonly to: number;
  readonly windows: number;
  fold: number;
}

const MOST_FOLDS = 5;
/** A container with more of the windows than this is cut in time. */
const MOST_OF_ONE_RUN = 0.5;
/** What is left out on either side of a cut, ms, but no more than a tenth of the stretch. */
const GAP_MS = 120_000;

/**
 * Splits by container. Where one has most of the windows, it is cut into stretches of time with gaps between them. Never at
 * random: the windows of one minute look alike, and a model that has seen one of them knows the others.
 * @param windows of 10 s, in the order of time
 */
export function foldsOf(windows: readonly KeptWindow[]): Folds {
  const runs = Map.groupBy(windows, ({ run }) => run);
  const largest = Math.max(...[...runs.values()].map(({ length }) => length));
  const isCut = runs.size < 3 || largest > MOST_OF_ONE_RUN * windows.length;
  const most = isCut ? Math.ceil(windows.length / MOST_FOLDS) : Number.POSITIVE_INFINITY;
  const stretches = [...runs].flatMap(([run, its]) => stretchesOf(run, its, most));
  const count = Math.min(MOST_FOLDS, stretches.length);
  deal(stretches, count);
  const byRun = Map.groupBy(stretches, ({ run }) => run);
  return {
    by: isCut ? 'time' : 'run',
    count,
    foldOf: ({ run, at }) => byRun.get(run)?.find((stretch) => isIn(stretch, at))?.fold,
  };
}

/** The windows of a container, cut into stretches of about so many. */
function stretchesOf(run: number, windows: readonly KeptWindow[], most: number): Stretch[] {
  const pieces = Math.max(1, Math.ceil(windows.length / most));
  const cuts = Array.from(
    { length: pieces - 1 },
    (_, i) => windows[Math.round(((i + 1) * windows.length) / pieces)]?.at ?? 0,
  );
  const ends = [Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY];
  return ends.slice(1).map((to, i) => {
    const from = ends[i] ?? 0;
    return { run, from, to, windows: windows.filter(({ at }) => at >= from && at < to).length, fold: 0 };
  });
}

function isIn({ from, to }: Stretch, at: number): boolean {
  const gap = Math.min(GAP_MS, Number.isFinite(to - from) ? (to - from) / 10 : GAP_MS);
  return at >= from + gap / 2 && at < to - gap / 2;
}

/** The largest first, each to the fold that has the fewest windows. */
function deal(stretches: readonly Stretch[], folds: number): void {
  const sizes = new Array<number>(folds).fill(0);
  const largestFirst = [...stretches].sort((a, b) => b.windows - a.windows || a.run - b.run || a.from - b.from);
  for (const stretch of largestFirst) {
    stretch.fold = sizes.indexOf(Math.min(...sizes));
    sizes[stretch.fold] = (sizes[stretch.fold] ?? 0) + stretch.windows;
  }
}
