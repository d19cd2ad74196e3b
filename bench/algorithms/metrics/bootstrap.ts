import { randomFrom } from '../random.ts';
import type { Labelled } from './labelled.ts';

/**
 * Values of some measures when the labels are drawn again, with replacement (Efron 1979): runs with attacks and runs without
 * are drawn apart and as wholes, since windows of one run are alike.
 * @param measures of the labels, each counting so many times
 * @returns the values of each draw
 */
export function bootstrap(
  labels: readonly Labelled[],
  measures: (weights: Float64Array) => readonly number[],
  { seed, draws }: { readonly seed: number; readonly draws: number },
): (readonly number[])[] {
  const random = randomFrom(seed);
  const groups = [true, false].map((attack) => runsOf(labels, attack));
  const weights = new Float64Array(labels.length);
  return Array.from({ length: draws }, () => {
    weights.fill(0);
    for (const runs of groups) {
      for (let i = 0; i < runs.length; i++) {
        for (const at of runs[Math.floor(random() * runs.length)] ?? []) weights[at] = (weights[at] ?? 0) + 1;
      }
    }
    return measures(weights);
  });
}

/** Places of the labels of each run. */
function runsOf(labels: readonly Labelled[], attack: boolean): number[][] {
  const runs = new Map<string, number[]>();
  labels.forEach((label, at) => {
    if (label.attack !== attack) return;
    const own = runs.get(label.run);
    if (own) own.push(at);
    else runs.set(label.run, [at]);
  });
  return [...runs.values()];
}
