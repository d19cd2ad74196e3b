import type { Predicate } from './comparison.ts';
import { compileDecision, type Decision, type Leaf } from './decision.ts';

/** Reads the answer of a test of the actor where there is one, and asks the others. */
function verdictOf({ actor, negated, test }: Leaf): Predicate {
  if (actor === undefined) return test;
  const [word, bit] = [actor >> 5, 1 << (actor & 31)];
  if (negated) return (c) => ((c.verdicts[word] as number) & bit) === 0;
  return (c) => ((c.verdicts[word] as number) & bit) !== 0;
}

/** Turns a decision into one function of events whose actor has been asked: see `ProfileTable`. */
export const compileForActor = (decision: Decision): Predicate => compileDecision(decision, verdictOf);
