import { describe, expect, test } from 'vitest';
import { aucOf, ourScores } from './compare.ts';
import { dataSets } from './data-sets.ts';
import { askScikit, pythonWithScikit } from './scikit.ts';

const SEEDS = [1, 2, 3, 4, 5];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const python = pythonWithScikit();
if (python === undefined)
  console.warn('python3-sklearn is missing: our forest is not compared with that of scikit-learn');

describe('our isolation forest', () => {
  test('tells planted outliers from ordinary rows', () => {
    for (const set of dataSets(1)) expect(aucOf(set, ourScores(set, 1)), set.name).toBeGreaterThan(0.75);
  });

  test.skipIf(python === undefined)('finds as much as that of scikit-learn', { timeout: 120_000 }, () => {
    const asked = SEEDS.flatMap((seed) => dataSets(seed).map((set) => ({ set, seed })));
    const answers = askScikit(python ?? '', asked);
    const found = new Map<string, { ours: number[]; theirs: number[] }>();
    for (const [at, { set, seed }] of asked.entries()) {
      const { ours, theirs } = found.get(set.name) ?? { ours: [], theirs: [] };
      ours.push(aucOf(set, ourScores(set, seed)));
      theirs.push(aucOf(set, answers[at]?.scores ?? []));
      found.set(set.name, { ours, theirs });
    }
    for (const [name, { ours, theirs }] of found)
      expect(Math.abs(mean(ours) - mean(theirs)), `${name}: ${mean(ours)} and ${mean(theirs)}`).toBeLessThan(0.03);
  });
});
