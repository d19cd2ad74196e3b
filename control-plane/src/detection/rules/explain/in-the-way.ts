import type { ExplainedTest, Explanation } from './explanation.ts';

/** The fewest tests that would have to come out otherwise for a part to be `wanted`; none when it is so already. */
export interface InTheWay {
  /** Infinity when no event of the kind can make the part come out so. */
  readonly count: number;
  readonly tests: readonly ExplainedTest[];
}

const NOTHING: InTheWay = { count: 0, tests: [] };

/**
 * Finds what stands in the way: for a rule that missed, the shortest way to a match. Of alternatives the one that lacks
 * least counts, the first of equals.
 */
export function inTheWay(part: Explanation, wanted: boolean): InTheWay {
  if (part.passes === wanted) return NOTHING;
  if (part.type === 'test') return { count: part.byKind ? Number.POSITIVE_INFINITY : 1, tests: [part] };
  if (part.type === 'not') return inTheWay(part.operand, !wanted);
  const ways = part.operands.map((operand) => inTheWay(operand, wanted));
  const all = (part.type === 'and') === wanted;
  if (all) return { count: ways.reduce((sum, way) => sum + way.count, 0), tests: ways.flatMap(({ tests }) => tests) };
  return ways.reduce((best, way) => (way.count < best.count ? way : best));
}
