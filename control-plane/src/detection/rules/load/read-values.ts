import { messageOf, type RuleField } from '@picket/sdk';
import { type IpRange, parseIpRange } from '../compile/ip-range.ts';
import { compileRegex, type Pattern } from '../compile/regex.ts';
import { RuleError } from '../language/rule-error.ts';
import type { Computed, Literal, Operator } from '../language/syntax-tree.ts';
import { checkField } from './check-field.ts';
import type { TestValues } from './checked-condition.ts';

/** Operators that can compare with a value of the event. */
const COMPUTED: readonly Operator[] = [
  ...(['=', '!=', '<', '<=', '>', '>=', 'in', 'intersects', 'contains', 'icontains'] as const),
  ...(['startswith', 'endswith'] as const),
];

/**
 * Reads the right side of a test as the type of its field asks.
 * @throws RuleError at the value that does not fit
 */
export function readValues(info: RuleField, operator: Operator, values: readonly (Literal | Computed)[]): TestValues {
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
      if (operator === 'regex') return { type: 'pattern', pattern: readPattern(literals[0] as Literal) };
      if (operator === 'bcontains' || operator === 'bstartswith') literals.forEach(checkHex);
      return { type: 'texts', values: literals.map((literal) => literal.text) };
  }
}

function readComputed(info: RuleField, operator: Operator, computed: Computed): TestValues {
  if (!COMPUTED.includes(operator) || info.type === 'bool' || info.type === 'ip')
    throw new RuleError(
      'RULE_INVALID',
      `a value of the event fits behind ${COMPUTED.join(' ')} of a text, list or number`,
      computed.at,
    );
  const isSingle = computed.parts.length === 1;
  const parts = computed.parts.map((part) => {
    if ('type' in part) return part.text;
    const other = checkField(part);
    const isJoinedList = other.type === 'list' && !isSingle;
    if (isJoinedList || (info.type === 'number' && other.type !== 'number'))
      throw new RuleError(
        'RULE_INVALID',
        `${part.name} is a ${other.type}: it can not be compared with a ${info.type}`,
        part.at,
      );
    return part;
  });
  if (info.type === 'number' && (!isSingle || typeof parts[0] === 'string'))
    throw new RuleError('RULE_INVALID', 'a number is compared with val(field), not with concat()', computed.at);
  return { type: 'computed', parts };
}

function readPattern(literal: Literal): Pattern {
  try {
    return compileRegex(literal.text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RuleError('RULE_INVALID', messageOf(error), literal.at);
  }
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

function readIp(literal: Literal): IpRange {
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
