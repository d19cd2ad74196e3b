import { matchingKinds } from '../compile/matching-kinds.ts';
import type { Checked } from '../load/checked-condition.ts';
import type { Rule } from '../load/rule.ts';

/** A condition of a rule: the only one, or that of a step of its sequence. */
export interface RulePart {
  /** Undefined for the only one; a step whose event must not come says so. */
  readonly label: string | undefined;
  readonly condition: Checked;
  /** Numbers of the kinds for which it can hold. */
  readonly kinds: readonly number[];
}

export function partsOf(rule: Rule): readonly RulePart[] {
  const sequence = rule.extensions?.sequence;
  if (!sequence) return [{ label: undefined, condition: rule.condition, kinds: rule.kinds }];
  return sequence.steps.map(({ condition, negative }, i) => ({
    label: `step ${i + 1}${negative ? ', which must not come' : ''}`,
    condition,
    kinds: matchingKinds(condition),
  }));
}
