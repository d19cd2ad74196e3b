import type { KindInfo } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import type { Rule } from '../load/rule.ts';
import type { Baseline } from './baseline.ts';
import { compileLooseParts } from './join-key.ts';

/** Whether the baseline lets a finding of the rule in an event of the kind pass. */
export function compileBaseline(
  rule: Rule,
  kind: KindInfo,
  baseline: Baseline | undefined,
): (c: EventContext) => boolean {
  const { baseline: use, groupBy } = rule.extensions ?? {};
  if (!use) return () => true;
  if (!baseline) return () => use === 'optional';
  const parts = compileLooseParts(groupBy ?? [], kind);
  return (c) => {
    const answer = baseline.knows(
      rule,
      c.container,
      parts.map((part) => part(c)),
    );
    return answer === 'new' || (answer === 'learning' && use === 'optional');
  };
}
