import type { SourceText } from './source-text.ts';
import {
  type Comparison,
  type Computed,
  type Condition,
  type FieldUse,
  LIST_OPERATORS,
  type Literal,
  type Operator,
  SIGN_OPERATORS,
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
  const at = tokens.source.locate(begin);
  const after = tokens.offset;
  if (parseOperator(tokens)) throw tokens.error(`"${name}" is no field: field names have a dot, as proc.name`, begin);
  tokens.offset = after;
  return { type: 'macro', name, at };
}

function parseField(tokens: Tokenizer): FieldUse | undefined {
  tokens.atEnd();
  const at = tokens.source.locate(tokens.offset);
  const name = tokens.fieldName();
  return name === undefined ? undefined : { name, argument: tokens.argument(), at };
}

function parseComparison(tokens: Tokenizer, field: FieldUse): Comparison {
  const operator = parseOperator(tokens);
  if (!operator) throw tokens.error(`expected an operator behind ${field.name}, found ${tokens.found()}`);
  return { type: 'compare', field, operator, values: parseValues(tokens, operator), at: field.at };
}

function parseOperator(tokens: Tokenizer): Operator | undefined {
  for (const sign of SIGN_OPERATORS) if (tokens.sign(sign)) return sign === '==' ? '=' : sign;
  return WORD_OPERATORS.find((word) => tokens.word(word));
}

function parseValues(tokens: Tokenizer, operator: Operator): readonly (Literal | Computed)[] {
  if (operator === 'exists') return [];
  const isList = (LIST_OPERATORS as readonly string[]).includes(operator);
  if (!isList || !tokens.sign('(')) return [parseComputed(tokens) ?? parseLiteral(tokens)];
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

/** val(field) or concat(part, ...), where a part is a field or a quoted string. */
function parseComputed(tokens: Tokenizer): Computed | undefined {
  tokens.atEnd();
  const begin = tokens.offset;
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
  return { type: 'computed', parts, at: tokens.source.locate(begin) };
}
