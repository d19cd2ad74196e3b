import type { Row } from './compare.ts';
import { type Line, lineChart } from './line-chart.ts';
import type { Curve } from './metrics/curve.ts';
import type { Dataset } from './sample.ts';

/** More lines than these can not be told apart. */
const DRAWN = [
  'Picket, all parts',
  'threshold (robust z)',
  'rarity',
  'n-gram on pairs',
  'isolation forest on counts',
  'nearest neighbours',
];

/** ROC and precision-recall curves of a set of data, by path below the project. */
export function curveCharts({
  set,
  rows,
}: {
  readonly set: Dataset;
  readonly rows: readonly Row[];
}): Record<string, string> {
  const drawn = rows.filter(({ algorithm }) => DRAWN.includes(algorithm.name));
  const lines = (points: (curve: Curve) => Line['points']) =>
    drawn.map(({ algorithm, measures }) => ({ name: algorithm.name, points: points(measures.curve) }));
  const name = set.name.replaceAll(' ', '-');
  const axes = { least: 0.001, label: 'ordinary samples above the threshold (FPR)' };
  return {
    [`docs/images/algorithms-${name}-roc.svg`]: lineChart({
      title: `${set.name}: ROC`,
      x: { ...axes, isLogarithmic: true },
      y: { label: 'attack samples found (TPR)' },
      lines: lines(rocPoints),
    }),
    [`docs/images/algorithms-${name}-pr.svg`]: lineChart({
      title: `${set.name}: precision and recall`,
      x: { label: 'attack samples found (recall)' },
      y: { label: 'attacks among what is above (precision)' },
      lines: lines(precisionPoints),
    }),
  };
}

/** Steps: between two thresholds there is none that does better than the stricter one. */
function rocPoints({ found, alarms, attacks, ordinary }: Curve): Line['points'] {
  return Array.from(found, (value, step) => {
    const x = (alarms[step] ?? 0) / ordinary;
    return [[x, (found[step - 1] ?? 0) / attacks] as const, [x, value / attacks] as const];
  }).flat();
}

/** Steps as average precision adds them up: what a threshold adds has its precision. */
function precisionPoints({ found, alarms, attacks }: Curve): Line['points'] {
  return Array.from(found, (value, step) => {
    const precision = value / (value + (alarms[step] ?? 0));
    return [[(found[step - 1] ?? 0) / attacks, precision] as const, [value / attacks, precision] as const];
  })
    .slice(1)
    .filter((pair) => pair.every(([, precision]) => Number.isFinite(precision)))
    .flat();
}
