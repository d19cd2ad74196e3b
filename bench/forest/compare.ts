import { IsolationForest } from 'ml-isolation-forest';
import { ForestScorer } from '../../control-plane/src/detection/anomaly/models/forest/score.ts';
import { trainForest } from '../../control-plane/src/detection/anomaly/models/forest/train.ts';
import { areaUnderRoc, curveOf } from '../algorithms/metrics/curve.ts';
import { rank } from '../algorithms/metrics/labelled.ts';
import type { DataSet } from './data-sets.ts';

/** Area under the ROC curve of scores, higher is stranger. */
export function aucOf({ isOutlier }: DataSet, scores: ArrayLike<number>): number {
  return areaUnderRoc(curveOf(rank(isOutlier.map((attack, row) => ({ attack, score: scores[row] ?? 0, run: '' })))));
}

/** Scores of test rows by our forest. */
export function ourScores({ train, test, columns }: DataSet, seed: number): Float64Array {
  const forest = trainForest({ values: train, rows: train.length / columns, columns }, { seed });
  if (!forest) throw new Error('no column of the set varies');
  const scorer = new ForestScorer(forest);
  return Float64Array.from({ length: test.length / columns }, (_, row) => scorer.score(test, row * columns));
}

/** Scores by ml-isolation-forest, which has no seed. */
export function mlScores({ train, test, columns }: DataSet): number[] {
  const forest = new IsolationForest();
  forest.train(rowsOf(train, columns));
  return forest.predict(rowsOf(test, columns));
}

export const rowsOf = (values: Float32Array, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);
