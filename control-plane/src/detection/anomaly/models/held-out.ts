import { groupCount, groupsOf } from './groups.ts';
import { PartSet, type TrainingWindow } from './part-set.ts';
import type { PartScores } from './summaries.ts';

/** Sets of parts that are trained for it: each leaves out a third of the groups. */
const FOLDS = 3;

/** Scores of every window by parts that learned nothing from its group, by length of the windows. */
export function heldOutScores(windows: readonly TrainingWindow[]): Map<number, PartScores[]> {
  const groups = groupsOf(windows.map(({ window, run }) => ({ run, from: window.from })));
  const folds = Math.min(FOLDS, groupCount(groups));
  const scores = new Map<number, PartScores[]>();
  for (let fold = 0; fold < folds; fold++) {
    const isHeld = (at: number) => (groups[at] ?? 0) % folds === fold;
    const parts = PartSet.train(windows.filter((_, at) => !isHeld(at)));
    for (const { window } of windows.filter((_, at) => isHeld(at))) {
      const score = parts.scores(window);
      if (!score) continue;
      const found = scores.get(window.seconds);
      if (found) found.push(score);
      else scores.set(window.seconds, [score]);
    }
  }
  return scores;
}
