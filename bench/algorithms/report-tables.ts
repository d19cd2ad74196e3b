import type { Table } from '../report.ts';
import { round } from '../statistics.ts';
import type { Row } from './compare.ts';
import { FALSE_POSITIVES, type Measured } from './metrics/measure.ts';

const percent = (share: number) => (Number.isNaN(share) ? '-' : `${round(100 * share, 1)} %`);

/** Which is better: with 95 % intervals. */
export function scoreTable(name: string, rows: readonly Row[]): Table {
  return [
    [name, 'AUC', 'average precision', ...FALSE_POSITIVES.map((share) => `found at ${percent(share)} FPR`)],
    ...rows.map(({ algorithm, measures: { auc, averagePrecision, found } }) => [
      algorithm.name,
      ...[auc, averagePrecision, ...found].map(withInterval),
    ]),
  ];
}

function withInterval({ value, low, high }: Measured): string {
  return Number.isNaN(value) ? '-' : `${value.toFixed(3)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}

/** What it does at thresholds that were chosen without the test data, and what it costs. */
export function costTable(name: string, rows: readonly Row[]): Table {
  const targets = rows[0]?.points.map(({ target }) => percent(target)) ?? [];
  return [
    [
      name,
      ...targets.flatMap((target) => [`FPR for ${target}`, 'samples found', 'attacks found']),
      ...['fit ms', 'score us', 'model bytes'],
    ],
    ...rows.map(({ algorithm, points, fitMs, scoreUs, bytes }) => [
      algorithm.name,
      ...points.flatMap(({ falsePositives, found, attacksFound }) =>
        [falsePositives, found, attacksFound].map(percent),
      ),
      ...[round(fitMs), round(scoreUs, 1), round(bytes)],
    ]),
  ];
}

/** For programs. */
export const rowResult = ({ algorithm, measures, points, fitMs, scoreUs, bytes }: Row) => ({
  algorithm: algorithm.name,
  paper: algorithm.paper,
  auc: measures.auc,
  averagePrecision: measures.averagePrecision,
  found: FALSE_POSITIVES.map((falsePositives, at) => ({ falsePositives, ...measures.found[at] })),
  thresholds: points,
  ...{ fitMs, scoreUs, bytes },
});
