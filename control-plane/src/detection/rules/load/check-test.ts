import { KINDS, type RuleField } from '@picket/sdk';
import { showUse } from '../language/field-use.ts';
import { RuleError } from '../language/rule-error.ts';
import type { Comparison, Computed, Literal, Operator } from '../language/syntax-tree.ts';
import { checkField } from './check-field.ts';
import type { Test } from './checked-condition.ts';
import { readValues } from './read-values.ts';

const ORDER: readonly Operator[] = ['<', '<=', '>', '>='];
const TEXT: readonly Operator[] = [
  ...(['=', '!=', 'in', 'intersects', 'exists', 'contains', 'icontains', 'bcontains', 'startswith'] as const),
  ...(['bstartswith', 'endswith', 'glob', 'iglob', 'regex', 'pmatch'] as const),
];
const BY_TYPE: Readonly<Record<RuleField['type'], readonly Operator[]>> = {
  string: [...TEXT, ...ORDER],
  list: TEXT,
  number: ['=', '!=', 'in', 'intersects', 'exists', ...ORDER],
  bool: ['=', '!=', 'in', 'exists'],
  ip: ['=', '!=', 'in', 'intersects', 'exists'],
};
const EVENT_TYPES = new Set(KINDS.flatMap((kind) => kind.types));

/**
 * Checks one comparison: the field, its argument and transformers, the operator, and the values, which have been freed of
 * lists.
 * @throws RuleError at the field or value that does not fit
 */
export function checkTest(
  comparison: Comparison,
  values: readonly (Literal | Computed)[],
  warn: (message: string, at: Literal) => void,
): Test {
  const { field, operator } = comparison;
  const info = checkField(field);
  if (!BY_TYPE[info.type].includes(operator)) {
    const fits = BY_TYPE[info.type].join(' ');
    throw new RuleError(
      'RULE_INVALID',
      `${showUse(field)} is a ${info.type}: "${operator}" does not fit, use one of ${fits}`,
      field.at,
    );
  }
  if (field.name === 'evt.type' && !field.transformers) warnOfUnknownTypes(operator, values, warn);
  const read = field.name === 'evt.dir' ? atReturn(operator, values, warn) : values;
  return { type: 'test', field, info, operator, values: readValues(info, operator, read), size: 1 };
}

/**
 * Rules written for two events a call, one when it begins and one when it returns, find what they look for in the one
 * event there is.
 */
function atReturn(
  operator: Operator,
  values: readonly (Literal | Computed)[],
  warn: (message: string, at: Literal) => void,
): readonly (Literal | Computed)[] {
  if (operator !== '=' && operator !== 'in') return values;
  return values.map((value) => {
    if (value.type !== 'literal' || value.text !== '>') return value;
    warn('there is one event for a call, made when it returns: ">" is read as "<"', value);
    return { ...value, text: '<' };
  });
}

function warnOfUnknownTypes(
  operator: Operator,
  values: readonly (Literal | Computed)[],
  warn: (message: string, at: Literal) => void,
): void {
  if (operator !== '=' && operator !== 'in') return;
  for (const value of values)
    if (value.type === 'literal' && !EVENT_TYPES.has(value.text))
      warn(`no event has the type ${value.text}: this part never matches`, value);
}
