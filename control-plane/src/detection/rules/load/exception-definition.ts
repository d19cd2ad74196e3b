import { isMap, isSeq, type YAMLMap } from 'yaml';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import {
  type Comparison,
  type Condition,
  type FieldUse,
  LIST_OPERATORS,
  type Literal,
  type Operator,
  SIGN_OPERATORS,
  WORD_OPERATORS,
} from '../language/syntax-tree.ts';
import { Tokenizer } from '../language/tokenizer.ts';
import type { YamlFile } from './yaml-file.ts';

/** A value of an exception: one, or a list for operators that take one. */
type Cell = readonly Literal[];

export interface ExceptionDefinition {
  readonly name: string;
  readonly at: Position;
  /** Empty when the entry only adds values to an exception of that name. */
  readonly fields: readonly FieldUse[];
  readonly operators: readonly Operator[];
  /** Each row exempts what all of its cells match. */
  readonly rows: readonly (readonly Cell[])[];
}

/** Reads the `exceptions` of a rule: name, fields, comps and values, the last three as one value or as lists. */
export function readExceptions(yaml: YamlFile, node: unknown): ExceptionDefinition[] {
  return yaml.list(node, 'exceptions').map((item) => {
    if (!isMap(item)) throw new RuleError('RULE_SYNTAX', 'an exception has a name, fields and values', yaml.at(item));
    return readException(yaml, item);
  });
}

function readException(yaml: YamlFile, map: YAMLMap): ExceptionDefinition {
  const at = yaml.at(map);
  const name = yaml.text(map, 'name')?.text ?? '';
  if (name === '') throw new RuleError('RULE_SYNTAX', 'the exception has no name', at);
  const fieldsNode = yaml.node(map, 'fields');
  const compsNode = yaml.node(map, 'comps');
  const valuesNode = yaml.node(map, 'values');
  const single = fieldsNode !== undefined && !isSeq(fieldsNode);
  const fields = fieldsNode
    ? yaml.list(fieldsNode, 'fields').map((field) => readField(yaml.scalarText(field, 'a field of an exception')))
    : [];
  const operators = compsNode
    ? yaml.list(compsNode, 'comps').map((comp) => readOperator(yaml.scalarText(comp, 'a comparison')))
    : fields.map((): Operator => (single ? 'in' : '='));
  if (fields.length !== operators.length)
    throw new RuleError(
      'RULE_INVALID',
      `exception ${name} has ${fields.length} fields but ${operators.length} comps`,
      at,
    );
  const rows = valuesNode ? readRows(yaml, valuesNode, name, single, operators) : [];
  return { name, at, fields, operators, rows };
}

function readRows(
  yaml: YamlFile,
  node: unknown,
  name: string,
  single: boolean,
  operators: readonly Operator[],
): readonly (readonly Cell[])[] {
  const values = yaml.list(node, `values of exception ${name}`);
  const plain = values.every((value) => !isSeq(value));
  if (plain && values.length > 0 && (single || operators.length === 0)) {
    const cells = values.map((value) => readCell(yaml, value));
    return single && takesList(operators[0] as Operator) ? [[cells.flat()]] : cells.map((cell) => [cell]);
  }
  return values.map((value) => {
    if (!isSeq(value))
      throw new RuleError(
        'RULE_INVALID',
        `each value of exception ${name} is a list, one item a field`,
        yaml.at(value),
      );
    if (operators.length > 0 && value.items.length !== operators.length)
      throw new RuleError(
        'RULE_INVALID',
        `exception ${name} has ${operators.length} fields but ${value.items.length} values here`,
        yaml.at(value),
      );
    return value.items.map((item) => readCell(yaml, item));
  });
}

function readCell(yaml: YamlFile, node: unknown): Cell {
  const items = isSeq(node) ? node.items : [node];
  return items.map((item) => ({
    type: 'literal',
    text: yaml.scalarText(item, 'a value of an exception').text,
    quoted: yaml.isQuoted(item),
    at: yaml.at(item),
  }));
}

function readField(source: SourceText): FieldUse {
  const tokens = new Tokenizer(source);
  const name = tokens.fieldName();
  if (name === undefined) throw tokens.error(`expected a field, found ${tokens.found()}`);
  const use = { name, argument: tokens.argument(), at: source.locate(0) };
  if (!tokens.atEnd()) throw tokens.error(`expected one field, found ${tokens.found()} behind it`);
  return use;
}

function readOperator(source: SourceText): Operator {
  const text = source.text.trim();
  const all: readonly string[] = [...SIGN_OPERATORS, ...WORD_OPERATORS];
  if (all.includes(text) && text !== 'exists') return text === '==' ? '=' : (text as Operator);
  throw new RuleError('RULE_SYNTAX', `"${text}" is not a comparison`, source.locate(0));
}

/** Adds the values of later entries to exceptions of the same name. */
export function mergeExceptions(
  old: readonly ExceptionDefinition[],
  more: readonly ExceptionDefinition[],
): readonly ExceptionDefinition[] {
  const merged = new Map(old.map((exception) => [exception.name, exception]));
  for (const exception of more) {
    const known = merged.get(exception.name);
    merged.set(exception.name, known ? { ...known, rows: [...known.rows, ...exception.rows] } : exception);
  }
  return [...merged.values()];
}

/** What must not hold for the rule to match; undefined when no exception has values. */
export function exceptionCondition(exceptions: readonly ExceptionDefinition[]): Condition | undefined {
  const operands = exceptions.flatMap((exception) => exception.rows.map((row) => rowCondition(exception, row)));
  if (operands.length === 0) return undefined;
  return { type: 'not', operand: { type: 'or', operands } };
}

function rowCondition(exception: ExceptionDefinition, row: readonly Cell[]): Condition {
  if (row.length !== exception.fields.length)
    throw new RuleError(
      'RULE_INVALID',
      `exception ${exception.name} has ${exception.fields.length} fields but ${row.length} values`,
      exception.at,
    );
  const operands = row.map((values, i): Comparison => {
    const field = exception.fields[i] as FieldUse;
    const operator = exception.operators[i] as Operator;
    if (values.length !== 1 && !takesList(operator))
      throw new RuleError('RULE_INVALID', `"${operator}" takes one value, not a list`, values[0]?.at ?? exception.at);
    return { type: 'compare', field, operator, values, at: values[0]?.at ?? exception.at };
  });
  return { type: 'and', operands };
}

const takesList = (operator: Operator): boolean => (LIST_OPERATORS as readonly string[]).includes(operator);
