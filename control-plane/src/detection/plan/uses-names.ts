import type { FieldUse } from '../rules/language/syntax-tree.ts';
import type { Checked } from '../rules/load/checked-condition.ts';
import { type Join, stepField } from '../rules/load/extensions.ts';
import type { Rule } from '../rules/load/rule.ts';

/** Fields that follow from DNS answers besides the event itself. */
const NAMES = new Set(['fd.sip.name', 'fd.cip.name', 'fd.lip.name', 'fd.rip.name']);

/** Whether a rule asks for names of addresses, in its conditions, in what it counts by, or in what it says. */
export function usesNames({
  condition,
  output,
  extensions,
}: Pick<Rule, 'condition' | 'output' | 'extensions'>): boolean {
  if (isAsked(condition) || output.some((part) => typeof part !== 'string' && isShown(part))) return true;
  const { window, sequence, groupBy = [] } = extensions ?? {};
  const steps = sequence?.steps ?? [];
  return (
    [groupBy, window?.by ?? [], ...steps.map(({ by }) => by)].some(isJoinedBy) ||
    (window?.field !== undefined && isName(window.field)) ||
    steps.some((step) => isAsked(step.condition))
  );
}

function isAsked(condition: Checked): boolean {
  if (condition.type === 'not') return isAsked(condition.operand);
  if (condition.type !== 'test') return condition.operands.some(isAsked);
  const { field, values } = condition;
  const parts = values.type === 'computed' ? values.parts : [];
  return isName(field) || parts.some((part) => typeof part !== 'string' && isName(part));
}

const isJoinedBy = (join: Join): boolean => join.some((part) => typeof part !== 'string' && isName(part));

/** Also as a field of an earlier step of a sequence. */
const isShown = ({ name }: FieldUse): boolean => NAMES.has(stepField(name)?.field ?? name);

const isName = ({ name }: FieldUse): boolean => NAMES.has(name);
