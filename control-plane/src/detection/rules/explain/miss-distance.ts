import type { KindInfo } from '@picket/sdk';
import { compileTest } from '../compile/comparison.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { Checked } from '../load/checked-condition.ts';

/** How many tests stand between an event and a match; 0 for a match, Infinity when the kind rules one out. */
export type Distance = (c: EventContext) => number;

/** Compiles what `inTheWay` counts, without building an explanation: it is asked of every event of a capture. */
export function compileDistance(condition: Checked, kind: KindInfo, wanted = true): Distance {
  if (condition.type === 'not') return compileDistance(condition.operand, kind, !wanted);
  if (condition.type === 'test') {
    const compiled = compileTest(condition, kind);
    if (typeof compiled === 'boolean') return compiled === wanted ? () => 0 : () => Number.POSITIVE_INFINITY;
    const { test } = compiled;
    return (c) => (test(c) === wanted ? 0 : 1);
  }
  const distances = condition.operands.map((operand) => compileDistance(operand, kind, wanted));
  return (condition.type === 'and') === wanted ? sumOf(distances) : leastOf(distances);
}

const sumOf =
  (distances: readonly Distance[]): Distance =>
  (c) => {
    let sum = 0;
    for (const distance of distances) sum += distance(c);
    return sum;
  };

function leastOf(distances: readonly Distance[]): Distance {
  return (c) => {
    let least = Number.POSITIVE_INFINITY;
    for (const distance of distances) {
      least = Math.min(least, distance(c));
      if (least === 0) return 0;
    }
    return least;
  };
}
