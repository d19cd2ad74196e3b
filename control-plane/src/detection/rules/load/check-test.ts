import { KINDS, type RuleField } from '@picket/sdk';
import { parseIpRange } from '../compile/ip-range.ts';
import { ruleField } from '../fields/resolve-field.ts';
import { RuleError } from '../language/rule-error.ts';
import type { Comparison, Computed, FieldUse, Literal, Operator } from '../language/syntax-tree.ts';
import type { Test, TestValues } from './checked-condition.ts';

const ORDER: readonly Operator[] = ['<', '<=', '>', '>='];
const TEXT: readonly Operator[] = [
  ...(['=', '!=', 'in', 'intersects', 'exists', 'contains', 'icontains', 'bcontains', 'startswith'] as const),
  ...(['bstartswith', 'endswith', 'glob', 'iglob', 'pmatch'] as const),
];
const BY_TYPE: Readonly<Record<RuleField['type'], readonly Operator[]>> = {
  string: [...TEXT, ...ORDER],
  list: TEXT,
  number: ['=', '!=', 'in', 'intersects', 'exists', ...ORDER],
  bool: ['=', '!=', 'in', 'exists'],
  ip: ['=', '!=', 'in', 'intersects', 'exists'],
};
const COMPUTED: readonly Operator[] = ['=', '!=', ...ORDER, 'contains', 'startswith', 'endswith'];
const EVENT_TYPES = new Set(KINDS.flatMap((kind) => kind.types));

/**
 * Checks one comparison: the field, its argument, the operator, and the values, which `expand` has freed of lists.
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
      `${field.name} is a ${info.type}: "${operator}" does not fit, use one of ${fits}`,
      field.at,
    );
  }
  if (field.name === 'evt.type') warnOfUnknownTypes(operator, values, warn);
  return { type: 'test', field, info, operator, values: readValues(info, operator, values), size: 1 };
}

/** @throws RuleError when the rule language has no such field, it can not be answered, or its argument does not fit */
export function checkField(use: FieldUse): RuleField {
  const info = ruleField(use.name);
  if (!info)
    throw new RuleError(
      'RULE_FIELD_UNKNOWN',
      `there is no field ${use.name}; see docs/reference/rule-fields.md`,
      use.at,
    );
  if (info.from === 'none')
    throw new RuleError('RULE_FIELD_UNANSWERED', `${use.name} can not be answered: ${info.why}`, use.at);
  checkArgument(use, info);
  return info;
}

export function checkArgument(use: FieldUse, info: RuleField): void {
  const { name, argument, at } = use;
  if (argument === undefined) {
    if (info.argument === 'key' || info.argument === 'index')
      throw new RuleError('RULE_INVALID', `${name} needs an argument, as in ${name}[...]`, at);
    return;
  }
  if (info.argument === undefined) throw new RuleError('RULE_INVALID', `${name} takes no argument`, at);
  if (info.argument !== 'key' && !/^\d{1,2}$/.test(argument))
    throw new RuleError(
      'RULE_INVALID',
      `the argument of ${name} is a number of steps from 0 to 99, not "${argument}"`,
      at,
    );
}

function readValues(info: RuleField, operator: Operator, values: readonly (Literal | Computed)[]): TestValues {
  if (operator === 'exists') return { type: 'none' };
  const first = values[0];
  if (first?.type === 'computed') return readComputed(info, operator, first);
  const literals = values as readonly Literal[];
  switch (info.type) {
    case 'number':
      return { type: 'numbers', values: literals.map(readNumber) };
    case 'bool':
      return { type: 'bools', values: literals.map(readBool) };
    case 'ip':
      return { type: 'ips', values: literals.map(readIp) };
    default:
      if (operator === 'bcontains' || operator === 'bstartswith') literals.forEach(checkHex);
      return { type: 'texts', values: literals.map((literal) => literal.text) };
  }
}

function readComputed(info: RuleField, operator: Operator, computed: Computed): TestValues {
  if (!COMPUTED.includes(operator) || (info.type !== 'string' && info.type !== 'number'))
    throw new RuleError(
      'RULE_INVALID',
      `val() and concat() fit behind ${COMPUTED.join(' ')} of a text or number`,
      computed.at,
    );
  const parts = computed.parts.map((part) => {
    if ('type' in part) return part.text;
    const other = checkField(part);
    if (other.type === 'list' || (info.type === 'number' && other.type !== 'number'))
      throw new RuleError(
        'RULE_INVALID',
        `${part.name} is a ${other.type}: it can not be compared with a ${info.type}`,
        part.at,
      );
    return part;
  });
  if (info.type === 'number' && (parts.length !== 1 || typeof parts[0] === 'string'))
    throw new RuleError('RULE_INVALID', 'a number is compared with val(field), not with concat()', computed.at);
  return { type: 'computed', parts };
}

function readNumber(literal: Literal): number {
  const isNumber = /^[+-]?(\d+(\.\d*)?([eE][+-]?\d+)?|0[xX][0-9a-fA-F]+)$/.test(literal.text);
  if (!isNumber) throw new RuleError('RULE_INVALID', `"${literal.text}" is not a number`, literal.at);
  return Number(literal.text);
}

function readBool(literal: Literal): boolean {
  if (literal.text === 'true' || literal.text === 'false') return literal.text === 'true';
  throw new RuleError('RULE_INVALID', `"${literal.text}" is neither true nor false`, literal.at);
}

function readIp(literal: Literal) {
  const range = parseIpRange(literal.text);
  if (range) return range;
  throw new RuleError(
    'RULE_INVALID',
    `"${literal.text}" is neither an address nor a network like 10.0.0.0/8`,
    literal.at,
  );
}

function checkHex(literal: Literal): void {
  if (!/^([0-9a-fA-F]{2})+$/.test(literal.text))
    throw new RuleError('RULE_INVALID', `"${literal.text}" is not an even number of hexadecimal digits`, literal.at);
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
