import type { Ranking } from './labelled.ts';

/** How much each label counts, by its place among the given labels; all ones when left out. */
export type Weights = Float64Array | undefined;

/** Sums of attacks found and of false alarms at every threshold, from none to all. */
export interface Curve {
  readonly found: Float64Array;
  readonly alarms: Float64Array;
  readonly attacks: number;
  readonly ordinary: number;
}

export function curveOf({ order, ends, labels }: Ranking, weights?: Weights): Curve {
  const found = new Float64Array(ends.length + 1);
  const alarms = new Float64Array(ends.length + 1);
  let [attacks, ordinary, from] = [0, 0, 0];
  ends.forEach((end, step) => {
    for (; from < end; from++) {
      const at = order[from] ?? 0;
      const weight = weights?.[at] ?? 1;
      if (labels[at]?.attack) attacks += weight;
      else ordinary += weight;
    }
    found[step + 1] = attacks;
    alarms[step + 1] = ordinary;
  });
  return { found, alarms, attacks, ordinary };
}

/** Area under the ROC curve: the chance that an attack scores higher than ordinary work, equal scores half. */
export function areaUnderRoc({ found, alarms, attacks, ordinary }: Curve): number {
  let area = 0;
  for (let step = 1; step < found.length; step++) {
    area += (((found[step] ?? 0) + (found[step - 1] ?? 0)) / 2) * ((alarms[step] ?? 0) - (alarms[step - 1] ?? 0));
  }
  return area / (attacks * ordinary);
}

/** Average precision: precision at each threshold, weighed by the attacks that it adds; not interpolated. */
export function averagePrecision({ found, alarms, attacks }: Curve): number {
  let sum = 0;
  for (let step = 1; step < found.length; step++) {
    const [now, before] = [found[step] ?? 0, found[step - 1] ?? 0];
    if (now > before) sum += (now - before) * (now / (now + (alarms[step] ?? 0)));
  }
  return sum / attacks;
}

/** The largest share of attacks found by a threshold with at most that share of false alarms. */
export function foundAt({ found, alarms, attacks, ordinary }: Curve, falsePositives: number): number {
  let best = 0;
  for (let step = 0; step < found.length; step++) {
    if ((alarms[step] ?? 0) > falsePositives * ordinary * (1 + 1e-12)) break;
    best = found[step] ?? 0;
  }
  return best / attacks;
}
