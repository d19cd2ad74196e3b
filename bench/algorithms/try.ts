import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { formatTable } from '../report.ts';
import { round } from '../statistics.ts';
import type { Algorithm } from './algorithm.ts';
import { adfaLd } from './data/adfa-ld.ts';
import { filesOf } from './data/file-tree.ts';
import { evaluate } from './evaluate.ts';
import { measure } from './metrics/measure.ts';

/**
 * `node bench/algorithms/try.ts DATA MODULE...`: ADFA-LD, a folder or zip, by each algorithm that a module exports; as
 * quick as the algorithm itself. For those who work on one.
 */
const [data = '', ...modules] = process.argv.slice(2);
if (modules.length === 0) {
  console.error('usage: node bench/algorithms/try.ts DATA MODULE..., where each module exports algorithms');
  process.exit(2);
}
const files = filesOf(data);
const rows: (string | number)[][] = [];
for (const distinct of [false, true]) {
  const set = adfaLd(files, { distinct });
  for (const module of modules) {
    const exported = (await import(pathToFileURL(resolve(module)).href)) as Record<string, unknown>;
    for (const algorithm of Object.values(exported).filter(isAlgorithm)) {
      const evaluation = await evaluate(algorithm, set.split(1), 1);
      const measures = measure([evaluation.labels], 100);
      const { auc, averagePrecision, found: at } = measures;
      rows.push([
        `${set.name}: ${algorithm.name}`,
        ...[auc, averagePrecision, ...at].map(({ value }) => round(value, 3)),
        round(evaluation.fitMs),
        round(evaluation.scoreUs, 1),
        evaluation.bytes,
      ]);
    }
  }
}
console.log(formatTable([['', 'AUC', 'AP', 'TPR@5%', 'TPR@1%', 'TPR@0.1%', 'fit ms', 'us', 'bytes'], ...rows]));

function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'object' && value !== null && 'fit' in value && 'input' in value;
}
