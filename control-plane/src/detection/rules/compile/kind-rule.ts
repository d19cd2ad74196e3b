import type { KindInfo } from '@picket/sdk';
import type { Finding } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { Rule } from '../load/rule.ts';
import type { Predicate } from './comparison.ts';
import { compileDecision, type DecisionMaker, possible } from './decision.ts';
import { compileFinding } from './finding.ts';

/** A rule made for one kind of event. */
export interface KindRule {
  readonly rule: Rule;
  readonly matches: Predicate;
  /** False only when path and access alone rule a match out. */
  readonly possible: Predicate;
  /** False only when the access alone does. */
  readonly possibleByAccess: Predicate;
  readonly find: (c: EventContext) => Finding;
}

/** Undefined when no event of the kind can match. */
export function compileKindRule(rule: Rule, kind: KindInfo, maker: DecisionMaker): KindRule | undefined {
  const decision = maker.decide(rule.condition);
  if (decision === false) return undefined;
  return {
    rule,
    matches: compileDecision(decision),
    possible: compileDecision(possible(decision, 'path')),
    possibleByAccess: compileDecision(possible(decision, 'access')),
    find: compileFinding(rule, kind),
  };
}
