import { type Decision, type Leaf, replaceLeaves } from './decision.ts';
import type { Needle } from './needles.ts';

/** Whether a value that passes the test, before `not`, is known by its needles. */
export const hasNeedles = ({ about }: Leaf): boolean => about?.source.type === 'text' && about.needles !== undefined;

export const needlesOfAll = (leaves: readonly Leaf[]): Needle[] =>
  leaves.flatMap((leaf) => (hasNeedles(leaf) ? (leaf.about?.needles ?? []) : []));

/** The decision when no value has a needle: each such test is false, and its negation true; what else is asked is not known. */
export const untouched = (decision: Decision): Decision =>
  replaceLeaves(decision, (leaf) => !hasNeedles(leaf) || leaf.negated);
