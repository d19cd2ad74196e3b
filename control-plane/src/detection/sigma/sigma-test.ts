import { isScalar } from 'yaml';
import { type Expression, join, not, quote, test } from './expression.ts';
import type { SigmaDocument } from './sigma-document.ts';
import { type LogSource, type TargetField, targetOf } from './sigma-fields.ts';
import { type Modifiers, readModifiers } from './sigma-modifiers.ts';
import { before, behind, matchOf, parsePattern, type SigmaPattern, withDashes } from './sigma-pattern.ts';

/** Where a test stands, for its errors, and what it may ask for. */
export interface TestContext {
  readonly document: SigmaDocument;
  readonly source: LogSource;
}

/**
 * Converts one line of a selection: a field with modifiers, and its values.
 * @throws SigmaError at what can not be said
 */
export function convertTest(key: string, keyNode: unknown, node: unknown, context: TestContext): Expression {
  const { document, source } = context;
  const [name = '', ...words] = key.split('|').map((word) => word.trim());
  const modifiers = readModifiers(words, (message) => document.error('SIGMA_UNSUPPORTED', message, keyNode));
  const values = document.items(node);
  if (values.length === 0) throw document.error('SIGMA_SYNTAX', `${key} has no values`, keyNode);
  const fields = name === '' ? source.keywords.map((field): TargetField => ({ name: field, type: 'text' })) : undefined;
  if (fields) return convertKeywords(fields, values, modifiers, context);
  const field = targetOf(source, name);
  if (!field) throw document.error('SIGMA_UNSUPPORTED', `there is nothing that answers the field ${name}`, keyNode);
  if (modifiers.exists) return convertExists(field, values, context);
  const tests = values.map((value) => convertValue(field, value, modifiers, context));
  return merge(tests, modifiers.all ? 'and' : 'or');
}

/** A keyword may stand anywhere in the event. */
export function convertKeywords(
  fields: readonly TargetField[],
  values: readonly unknown[],
  modifiers: Modifiers,
  context: TestContext,
): Expression {
  const anywhere: Modifiers = { ...modifiers, match: modifiers.match === 're' ? 're' : 'contains' };
  const tests = values.map((value) =>
    join(
      'or',
      fields.map((field) => merge([convertValue(field, value, anywhere, context)], 'or')),
    ),
  );
  return join(modifiers.all ? 'and' : 'or', tests);
}

function convertExists(field: TargetField, values: readonly unknown[], { document }: TestContext): Expression {
  const wanted = document.scalar(values[0], 'exists').toLowerCase();
  if (values.length > 1 || (wanted !== 'true' && wanted !== 'false'))
    throw document.error('SIGMA_SYNTAX', 'exists takes true or false', values[0]);
  const exists = test(`${field.name} exists`);
  return wanted === 'true' ? exists : not(exists);
}

/** A test with one value, as parts, so that several of the same operator become one test. */
type Part = Expression | { readonly type: 'part'; readonly left: string; readonly operator: string; value: string };

function convertValue(field: TargetField, node: unknown, modifiers: Modifiers, context: TestContext): Part {
  const { document } = context;
  if (isScalar(node) && node.value === null) return not(test(`${field.name} exists`));
  const value = document.scalar(node, 'a value');
  const refuse = (why: string) => document.error('SIGMA_UNSUPPORTED', why, node);
  if (modifiers.fieldref) return convertReference(field, value, modifiers, context, refuse);
  switch (field.type) {
    case 'direction':
      return convertDirection(value, modifiers, refuse);
    case 'number':
      return convertNumber(field, value, modifiers, refuse);
    case 'address':
      return convertAddress(field, value, modifiers, refuse);
    default:
      return convertText(field, value, modifiers, refuse);
  }
}

type Refuse = (why: string) => Error;

function convertText(field: TargetField, value: string, modifiers: Modifiers, refuse: Refuse): Part {
  const { match, cased, windash } = modifiers;
  if (match === 're') return part(field.name, 'regex', quote(anywhere(value, modifiers.flags)));
  if (match === 'cidr' || isOrder(match)) throw refuse(`${match} does not fit the text ${field.name}`);
  const spelled = windash ? withDashes(value) : [value];
  const parts = spelled.map((text) => textPart(field, widen(parsePattern(text), match), cased));
  return parts.length === 1 ? (parts[0] as Part) : merge(parts, 'or');
}

function widen(pattern: SigmaPattern, match: Modifiers['match']): SigmaPattern {
  const open = match === 'contains' || match === 'endswith' ? before(pattern) : pattern;
  return match === 'contains' || match === 'startswith' ? behind(open) : open;
}

function textPart(field: TargetField, pattern: SigmaPattern, cased: boolean): Part {
  const last = pattern.at(-1);
  // directories are told with a slash at their end
  const whole =
    field.type === 'directory' && typeof last === 'string' && !last.endsWith('/')
      ? [...pattern.slice(0, -1), `${last}/`]
      : pattern;
  const { operator, value } = matchOf(whole, cased);
  if (operator === 'exists') return test(`${field.name} exists`);
  if (cased) return part(field.name, operator, value);
  if (operator === 'contains' || operator === 'glob') return part(field.name, `i${operator}`, value);
  return part(`tolower(${field.name})`, operator, value);
}

/** Sigma looks for the pattern anywhere in the text, the rule language asks for the whole text. */
const anywhere = (pattern: string, flags: string): string =>
  `(?s:.*)${flags === '' ? `(?:${pattern})` : `(?${flags}:${pattern})`}(?s:.*)`;

const SIGNS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;
const isOrder = (match: Modifiers['match']): match is keyof typeof SIGNS => match !== undefined && match in SIGNS;

function convertNumber(field: TargetField, value: string, { match }: Modifiers, refuse: Refuse): Part {
  if (match !== undefined && !isOrder(match)) throw refuse(`${match} does not fit the number ${field.name}`);
  if (!/^-?\d{1,15}$/.test(value)) throw refuse(`"${value}" is no number, as ${field.name} is`);
  return part(field.name, match === undefined ? '=' : SIGNS[match], value);
}

function convertAddress(field: TargetField, value: string, { match }: Modifiers, refuse: Refuse): Part {
  if (match === undefined && !/[*?]/.test(value)) return part(field.name, '=', quote(value));
  if (match === 'cidr') return part(field.name, '=', quote(value));
  const network = networkOf(parsePattern(value), match);
  if (network) return part(field.name, '=', quote(network));
  throw refuse(`addresses can be compared with addresses and networks only: write "${value}" with cidr`);
}

/** An address that is cut at a dot is a network: "10." and "10.*" are 10.0.0.0/8. */
function networkOf(pattern: SigmaPattern, match: Modifiers['match']): string | undefined {
  const [start, rest] = widen(pattern, match);
  if (typeof start !== 'string' || typeof rest !== 'symbol' || widen(pattern, match).length !== 2) return undefined;
  if (!/^(\d{1,3}\.){1,3}$/.test(start)) return undefined;
  const numbers = start.split('.').slice(0, -1);
  return `${[...numbers, 0, 0, 0].slice(0, 4).join('.')}/${8 * numbers.length}`;
}

function convertDirection(value: string, { match }: Modifiers, refuse: Refuse): Expression {
  const wanted = value.toLowerCase();
  if (match !== undefined || (wanted !== 'true' && wanted !== 'false')) throw refuse('Initiated is true or false');
  const outward = wanted === 'true' ? 'connect, sendto, sendmsg, sendmmsg' : 'accept, accept4';
  return test(`evt.type in (${outward})`);
}

function convertReference(
  field: TargetField,
  value: string,
  { match, cased }: Modifiers,
  { source }: TestContext,
  refuse: Refuse,
): Part {
  const other = targetOf(source, value);
  if (!other) throw refuse(`there is nothing that answers the field ${value}`);
  const operator = match ?? '=';
  if (field.type !== 'text' || other.type !== 'text' || !['=', 'contains', 'startswith', 'endswith'].includes(operator))
    throw refuse('fieldref compares two texts');
  return cased
    ? test(`${field.name} ${operator} val(${other.name})`)
    : test(`tolower(${field.name}) ${operator} tolower(${other.name})`);
}

const part = (left: string, operator: string, value: string): Part => ({ type: 'part', left, operator, value });

/** Tests of one field with one operator become one test with a list. */
function merge(parts: readonly Part[], type: 'and' | 'or'): Expression {
  const lists = new Map<string, { left: string; operator: string; values: string[] }>();
  const out: Expression[] = [];
  for (const one of parts) {
    if (one.type !== 'part') out.push(one);
    else {
      const key = `${one.left} ${one.operator}`;
      const list = lists.get(key) ?? { left: one.left, operator: one.operator, values: [] };
      if (!list.values.includes(one.value)) list.values.push(one.value);
      lists.set(key, list);
    }
  }
  for (const { left, operator, values } of lists.values()) out.push(...listTests(left, operator, values, type));
  return join(type, out);
}

function listTests(left: string, operator: string, values: readonly string[], type: 'and' | 'or'): Expression[] {
  if (values.length === 1) return [test(`${left} ${operator} ${values[0]}`)];
  if (operator === '=' && type === 'or') return [test(`${left} in (${values.join(', ')})`)];
  const isText = /^i?(contains|glob)$|^(startswith|endswith|regex)$/.test(operator);
  if (isText) return [test(`${left} ${operator} ${type === 'or' ? 'anyof' : 'allof'} (${values.join(', ')})`)];
  return values.map((value) => test(`${left} ${operator} ${value}`));
}
