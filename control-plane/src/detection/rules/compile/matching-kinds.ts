import { KINDS, type KindInfo } from '@picket/sdk';
import type { Checked } from '../load/checked-condition.ts';
import { DecisionMaker } from './decision.ts';

/** The kinds that rules can look at: those that stand for something that happened. */
export const RULE_KINDS: readonly KindInfo[] = KINDS.filter((kind) => kind.types.length > 0);

/** Numbers of the kinds for which a condition is not known to be false. */
export function matchingKinds(condition: Checked): number[] {
  return RULE_KINDS.filter((kind) => new DecisionMaker(kind).decide(condition) !== false).map((kind) => kind.id);
}
