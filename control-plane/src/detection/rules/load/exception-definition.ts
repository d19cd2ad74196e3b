import { isMap, isSeq, type YAMLMap } from 'yaml';
import { parseField, showUse } from '../language/field-use.ts';
import { parseList, takesList } from '../language/parser.ts';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { SourceText } from '../language/source-text.ts';
import {
  type Comparison,
  type Condition,
  type FieldUse,
  type Literal,
  MODIFIERS,
  type Operator,
  SIGN_OPERATORS,
  WORD_OPERATORS,
} from '../language/syntax-tree.ts';
import { Tokenizer } from '../language/tokenizer.ts';
import { readItem } from './list-item.ts';
import type { YamlFile } from './yaml-file.ts';

/** A value of an exception: one, or a list for operators that take one. */
type Cell = readonly Literal[];

/** How a field is compared. */
type Comp = Pick<Comparison, 'operator' | 'modifier'>;

export interface ExceptionDefinition {
  readonly name: string;
  readonly at: Position;
  /** Empty when the entry only adds values to an exception of that name. */
  readonly fields: readonly FieldUse[];
  readonly comps: readonly Comp[];
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
  const fieldsNode = yaml.filled(map, 'fields');
  const compsNode = yaml.filled(map, 'comps');
  const valuesNode = yaml.filled(map, 'values');
  const single = fieldsNode !== undefined && !isSeq(fieldsNode);
  const fields = fieldsNode
    ? yaml.list(fieldsNode, 'fields').map((field) => readField(yaml.scalarText(field, 'a field of an exception')))
    : [];
  const comps = compsNode
    ? yaml.list(compsNode, 'comps').map((comp) => readComp(yaml.scalarText(comp, 'a comparison')))
    : fields.map((): Comp => ({ operator: single ? 'in' : '=' }));
  if (fields.length !== comps.length)
    throw new RuleError('RULE_INVALID', `exception ${name} has ${fields.length} fields but ${comps.length} comps`, at);
  const rows = valuesNode ? readRows(yaml, valuesNode, name, single, comps) : [];
  return { name, at, fields, comps, rows };
}

function readRows(
  yaml: YamlFile,
  node: unknown,
  name: string,
  single: boolean,
  comps: readonly Comp[],
): readonly (readonly Cell[])[] {
  const values = yaml.list(node, `values of exception ${name}`);
  const plain = values.every((value) => !isSeq(value));
  if (values.length > 0 && (single || (plain && comps.length === 0))) {
    const cells = values.map((value) => readCell(yaml, value));
    return single && listed(comps[0]) ? [[cells.flat()]] : cells.map((cell) => [cell]);
  }
  return values.map((value) => {
    if (!isSeq(value))
      throw new RuleError(
        'RULE_INVALID',
        `each value of exception ${name} is a list, one item a field`,
        yaml.at(value),
      );
    return value.items.map((item) => readCell(yaml, item));
  });
}

function readCell(yaml: YamlFile, node: unknown): Cell {
  return (isSeq(node) ? node.items : [node]).map((item) => readItem(yaml, item, 'a value of an exception'));
}

function readField(source: SourceText): FieldUse {
  const tokens = new Tokenizer(source);
  const use = parseField(tokens);
  if (use === undefined) throw tokens.error(`expected a field, found ${tokens.found()}`);
  if (!tokens.atEnd()) throw tokens.error(`expected one field, found ${tokens.found()} behind it`);
  return use;
}

/** An operator, with or without a modifier: `in`, `startswith anyof`. */
function readComp(source: SourceText): Comp {
  const [word = '', modifier, ...rest] = source.text.trim().split(/\s+/);
  const operators: readonly string[] = [...SIGN_OPERATORS, ...WORD_OPERATORS];
  const operator = (word === '==' ? '=' : word) as Operator;
  const known = MODIFIERS.find((name) => name === modifier);
  const fits = modifier === undefined || (known && rest.length === 0 && !takesList(operator));
  if (operators.includes(word) && word !== 'exists' && fits)
    return known ? { operator, modifier: known } : { operator };
  throw new RuleError('RULE_SYNTAX', `"${source.text.trim()}" is not a comparison`, source.locate(0));
}

/**
 * The exceptions of a rule that is defined, checked.
 * @throws RuleError where one has no fields, or a row does not fit them
 */
export function defineExceptions(exceptions: readonly ExceptionDefinition[]): readonly ExceptionDefinition[] {
  return mergeExceptions([], exceptions);
}

/**
 * Adds exceptions to those of a rule, and values to those of the same name.
 * @throws RuleError where a new one has no fields, a known one is given others, or a row does not fit
 */
export function mergeExceptions(
  old: readonly ExceptionDefinition[],
  more: readonly ExceptionDefinition[],
): readonly ExceptionDefinition[] {
  const merged = new Map(old.map((exception) => [exception.name, exception]));
  for (const exception of more) {
    const known = merged.get(exception.name);
    if (!known && exception.fields.length === 0)
      throw new RuleError('RULE_INVALID', `exception ${exception.name} has no fields`, exception.at);
    if (known && exception.fields.length > 0 && meaning(known) !== meaning(exception))
      throw new RuleError(
        'RULE_INVALID',
        `exception ${exception.name} is there with other fields or comps: leave them out to add values`,
        exception.at,
      );
    const next = known ? { ...known, rows: [...known.rows, ...exception.rows] } : exception;
    for (const row of exception.rows) rowCondition(next, row);
    merged.set(exception.name, next);
  }
  return [...merged.values()];
}

const meaning = ({ fields, comps }: ExceptionDefinition): string =>
  fields.map((field, i) => `${showUse(field)} ${comps[i]?.operator} ${comps[i]?.modifier}`).join();

/** What must not hold for the rule to match; undefined when no exception has values. */
export function exceptionCondition(exceptions: readonly ExceptionDefinition[]): Condition | undefined {
  const operands = exceptions.flatMap((exception) => exception.rows.map((row) => rowCondition(exception, row)));
  if (operands.length === 0) return undefined;
  return { type: 'not', operand: { type: 'or', operands } };
}

/** Operators that every text passes when they are given an empty one. */
const EMPTY_FITS_ALL: ReadonlySet<Operator> = new Set<Operator>([
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'pmatch',
]);

/** Rows that hold for more than they seem to: an empty text begins, ends and is part of every other. */
export function emptyPatterns(
  exceptions: readonly ExceptionDefinition[],
): readonly { readonly message: string; readonly at: Position }[] {
  return exceptions.flatMap(({ name, at, fields, comps, rows }) =>
    rows.flatMap((row) =>
      row.flatMap((cell, i) => {
        const operator = comps[i]?.operator;
        const empty = cell.find(({ text }) => text.trim() === '');
        if (!empty || !operator || !EMPTY_FITS_ALL.has(operator)) return [];
        const field = showUse(fields[i] as FieldUse);
        const message = `exception ${name} says ${field} ${operator} "", which holds for every ${field}: leave it out or say what is meant`;
        return [{ message, at: empty.at ?? at }];
      }),
    ),
  );
}

function rowCondition(exception: ExceptionDefinition, row: readonly Cell[]): Condition {
  const { name, fields, comps } = exception;
  if (row.length !== fields.length)
    throw new RuleError(
      'RULE_INVALID',
      `exception ${name} has ${fields.length} fields but ${row.length} values here`,
      row[0]?.[0]?.at ?? exception.at,
    );
  const operands = row.map((cell, i): Comparison => {
    const comp = comps[i] as Comp;
    const values = listed(comp) ? cell.flatMap(spelledOut) : cell;
    const at = cell[0]?.at ?? exception.at;
    if (values.length !== 1 && !listed(comp))
      throw new RuleError('RULE_INVALID', `"${comp.operator}" takes one value, not a list`, at);
    return { type: 'compare', field: fields[i] as FieldUse, ...comp, values, at };
  });
  return { type: 'and', operands };
}

/** A list may also be written as in conditions, in one text: "(/bin/cp, /bin/mv)". */
function spelledOut(value: Literal): readonly Literal[] {
  if (value.quoted || !value.text.startsWith('(')) return [value];
  const tokens = new Tokenizer(SourceText.at(value.text, value.at));
  tokens.sign('(');
  const values = parseList(tokens);
  if (!tokens.atEnd()) throw tokens.error(`expected one list, found ${tokens.found()} behind it`);
  return values;
}

const listed = (comp: Comp | undefined): boolean =>
  comp !== undefined && (comp.modifier !== undefined || takesList(comp.operator));
