import type { KindInfo } from '@picket/sdk';
import { compileTest } from '../compile/comparison.ts';
import type { EventContext } from '../fields/event-context.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import { showSource } from '../fields/show-value.ts';
import { showUse } from '../language/field-use.ts';
import type { Checked, Test } from '../load/checked-condition.ts';
import type { ExplainedTest, Explanation } from './explanation.ts';
import { wantedTexts } from './show-wanted.ts';

/** Evaluates every part of a condition for the event of a context, those that are decided already included. */
export function explainCondition(condition: Checked, kind: KindInfo, c: EventContext): Explanation {
  if (condition.type === 'test') return explainTest(condition, kind, c);
  const { macro } = condition;
  if (condition.type === 'not') {
    const operand = explainCondition(condition.operand, kind, c);
    return { type: 'not', macro, operand, passes: !operand.passes };
  }
  const operands = condition.operands.map((operand) => explainCondition(operand, kind, c));
  const passes =
    condition.type === 'and' ? operands.every((operand) => operand.passes) : operands.some((operand) => operand.passes);
  return { type: condition.type, macro, operands, passes };
}

function explainTest(test: Test, kind: KindInfo, c: EventContext): ExplainedTest {
  const { field, operator } = test;
  const compiled = compileTest(test, kind);
  const source = resolveUse(field, kind);
  const value = source && showSource(source, c);
  return {
    type: 'test',
    passes: typeof compiled === 'boolean' ? compiled : compiled.test(c),
    field: showUse(field),
    operator,
    wanted: wantedTexts(test),
    value,
    byKind: typeof compiled === 'boolean',
    missing: value === undefined ? (source ? 'event' : 'kind') : undefined,
    at: field.at,
  };
}
