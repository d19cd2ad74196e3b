import { parseField, parseTransformed } from './field-use.ts';
import type { RuleError } from './rule-error.ts';
import type { SourceText } from './source-text.ts';
import {
  type Comparison,
  type Computed,
  type Condition,
  type FieldUse,
  LIST_OPERATORS,
  type Literal,
  MODIFIERS,
  type Modifier,
  type Operator,
  SIGN_OPERATORS,
  TRANSFORMERS,
  WORD_OPERATORS,
} from './syntax-tree.ts';
import { Tokenizer } from './tokenizer.ts';

const MAX_DEPTH = 100;
const KEYWORDS: readonly string[] = ['and', 'or', 'not', ...WORD_OPERATORS];

/**
 * Parses the condition of a rule or macro: `or` binds weakest, then `and`, then `not`.
 * @throws RuleError RULE_SYNTAX with the place of the first character that does not fit
 */
export function parseCondition(source: SourceText): Condition {
  const tokens = new Tokenizer(source);
  if (tokens.atEnd()) throw tokens.error('the condition is empty');
  const condition = parseOr(tokens, 0);
  if (!tokens.atEnd()) throw tokens.error(`expected "and", "or" or the end of the condition, found ${tokens.found()}`);
  return condition;
}

function parseOr(tokens: Tokenizer, depth: number): Condition {
  const operands = [parseAnd(tokens, depth)];
  while (tokens.word('or')) operands.push(parseAnd(tokens, depth));
  return operands.length === 1 ? (operands[0] as Condition) : { type: 'or', operands };
}

function parseAnd(tokens: Tokenizer, depth: number): Condition {
  const operands = [parseNot(tokens, depth)];
  while (tokens.word('and')) operands.push(parseNot(tokens, depth));
  return operands.length === 1 ? (operands[0] as Condition) : { type: 'and', operands };
}

function parseNot(tokens: Tokenizer, depth: number): Condition {
  if (depth > MAX_DEPTH) throw tokens.error(`conditions may be nested ${MAX_DEPTH} deep at most`);
  if (tokens.word('not')) return { type: 'not', operand: parseNot(tokens, depth + 1) };
  if (!tokens.sign('(')) return parseCheck(tokens);
  const inner = parseOr(tokens, depth + 1);
  if (!tokens.sign(')')) throw tokens.error(`expected ")", "and" or "or", found ${tokens.found()}`);
  return inner;
}

function parseCheck(tokens: Tokenizer): Condition {
  const field = parseField(tokens);
  if (field) return parseComparison(tokens, field);
  tokens.atEnd();
  const begin = tokens.offset;
  const name = tokens.identifier();
  if (!name || KEYWORDS.includes(name)) {
    tokens.offset = begin;
    throw tokens.error(`expected a field, a macro, "not" or "(", found ${tokens.found()}`);
  }
  if (tokens.source.text.startsWith('(', tokens.offset)) throw refuseCall(tokens, name, begin);
  const at = tokens.source.locate(begin);
  const after = tokens.offset;
  if (parseOperator(tokens)) throw tokens.error(`"${name}" is no field: field names have a dot, as proc.name`, begin);
  tokens.offset = after;
  return { type: 'macro', name, at };
}

function refuseCall(tokens: Tokenizer, name: string, begin: number): RuleError {
  if (name === 'val' || name === 'concat') return tokens.error(`${name}() stands on the right side of a test`, begin);
  return tokens.error(`there is no ${name}(): use one of ${TRANSFORMERS.join(', ')}`, begin);
}

function parseComparison(tokens: Tokenizer, field: FieldUse): Comparison {
  const operator = parseOperator(tokens);
  if (!operator) throw tokens.error(`expected an operator behind ${field.name}, found ${tokens.found()}`);
  const modifier = parseModifier(tokens, operator);
  if (modifier) return { type: 'compare', field, operator, modifier, values: parseList(tokens), at: field.at };
  return { type: 'compare', field, operator, values: parseValues(tokens, operator), at: field.at };
}

/** A modifier and the bracket behind it; without the bracket the word is a value. */
function parseModifier(tokens: Tokenizer, operator: Operator): Modifier | undefined {
  if (operator === 'exists' || takesList(operator)) return undefined;
  const begin = tokens.offset;
  const modifier = MODIFIERS.find((word) => tokens.word(word));
  if (modifier && tokens.sign('(')) return modifier;
  tokens.offset = begin;
  return undefined;
}

function parseOperator(tokens: Tokenizer): Operator | undefined {
  for (const sign of SIGN_OPERATORS) if (tokens.sign(sign)) return sign === '==' ? '=' : sign;
  return WORD_OPERATORS.find((word) => tokens.word(word));
}

function parseValues(tokens: Tokenizer, operator: Operator): readonly (Literal | Computed)[] {
  if (operator === 'exists') return [];
  return takesList(operator) && tokens.sign('(') ? parseList(tokens) : [parseComputed(tokens) ?? parseLiteral(tokens)];
}

export const takesList = (operator: Operator): boolean => (LIST_OPERATORS as readonly string[]).includes(operator);

/** The values of a list and its closing bracket. */
export function parseList(tokens: Tokenizer): readonly Literal[] {
  const values: Literal[] = [];
  if (tokens.sign(')')) return values;
  do values.push(parseLiteral(tokens));
  while (tokens.sign(','));
  if (!tokens.sign(')')) throw tokens.error(`expected "," or ")" in the list, found ${tokens.found()}`);
  return values;
}

function parseLiteral(tokens: Tokenizer): Literal {
  tokens.atEnd();
  const at = tokens.source.locate(tokens.offset);
  const quoted = tokens.quoted();
  const text = quoted ?? tokens.bare();
  if (text === undefined) throw tokens.error(`expected a value, found ${tokens.found()}`);
  return { type: 'literal', text, quoted: quoted !== undefined, at };
}

/** val(field), concat(part, ...) where a part is a field or a quoted string, or a field with something done to it. */
function parseComputed(tokens: Tokenizer): Computed | undefined {
  tokens.atEnd();
  const begin = tokens.offset;
  const at = tokens.source.locate(begin);
  const transformed = parseTransformed(tokens);
  if (transformed) return { type: 'computed', parts: [transformed], at };
  const name = tokens.identifier();
  if ((name !== 'val' && name !== 'concat') || !tokens.sign('(')) {
    tokens.offset = begin;
    return undefined;
  }
  const parts: (FieldUse | Literal)[] = [];
  do {
    const part = parseField(tokens) ?? (name === 'concat' ? parseLiteral(tokens) : undefined);
    if (!part) throw tokens.error(`${name}() takes a field, found ${tokens.found()}`);
    parts.push(part);
  } while (name === 'concat' && tokens.sign(','));
  if (!tokens.sign(')')) throw tokens.error(`expected ")" behind ${name}(, found ${tokens.found()}`);
  return { type: 'computed', parts, at };
}
