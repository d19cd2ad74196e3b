import { isMap, type YAMLMap } from 'yaml';
import { parseField } from '../language/field-use.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import { Tokenizer } from '../language/tokenizer.ts';
import { checkField } from './check-field.ts';
import { JOIN_WORDS, type Join, type JoinWord } from './extensions.ts';
import type { YamlFile } from './yaml-file.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const MAX_FIELDS = 8;

/** Bounds of a time in ms, and how a person writes them. */
export interface TimeBounds {
  readonly least: number;
  readonly most: number;
  readonly told: string;
}

export const SPAN_BOUNDS: TimeBounds = { least: 100, most: 3_600_000, told: '100ms to 1h' };
export const COOLDOWN_BOUNDS: TimeBounds = { least: 1000, most: 86_400_000, told: '1s to 24h' };

/** A time in ms. */
export function readTime(source: SourceText, what: string, bounds: TimeBounds): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(source.text.trim()) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (amount !== '' && ms >= bounds.least && ms <= bounds.most) return ms;
  throw invalid(`${what} is a time like 10s, from ${bounds.told}, not "${source.text.trim()}"`, source);
}

/** A whole number within bounds, with or without underscores between its digits. */
export function readWhole(source: SourceText, what: string, least: number, most: number): number {
  const text = source.text.trim();
  const value = /^\d{1,3}(_?\d{3})*$|^\d{1,16}$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalid(`${what} is a whole number from ${least} to ${most}, not "${text}"`, source);
}

/** A map with no other keys than these. */
export function readMap(yaml: YamlFile, node: unknown, what: string, keys: readonly string[]): YAMLMap {
  if (!isMap(node)) throw new RuleError('RULE_SYNTAX', `${what} is a map with ${keys.join(', ')}`, yaml.at(node));
  for (const { key } of node.items) {
    const name = String((key as { value?: unknown } | null)?.value ?? key);
    if (!keys.includes(name))
      throw new RuleError('RULE_SYNTAX', `"${name}" means nothing in ${what}; use ${keys.join(', ')}`, yaml.at(key));
  }
  return node;
}

/** What events have in common: fields and words, one or a list. */
export function readJoin(yaml: YamlFile, node: unknown, what: string): Join {
  const join = yaml.list(node, what).map((item) => readPart(yaml.scalarText(item, `a value of ${what}`)));
  if (join.length > 0 && join.length <= MAX_FIELDS) return join;
  throw new RuleError('RULE_INVALID', `${what} takes 1 to ${MAX_FIELDS} fields`, yaml.at(node));
}

function readPart(source: SourceText): JoinWord | FieldUse {
  const word = JOIN_WORDS.find((known) => known === source.text.trim());
  if (word) return word;
  const field = readField(source);
  if (field.transformers) return field;
  // the container is known before its id is
  return field.name === 'container.id' || field.name === 'container.full_id' ? 'container' : field;
}

/** A field that can be answered. */
export function readField(source: SourceText): FieldUse {
  const tokens = new Tokenizer(source);
  const use = parseField(tokens);
  if (!use) throw tokens.error(`expected a field or one of ${JOIN_WORDS.join(', ')}, found ${tokens.found()}`);
  if (!tokens.atEnd()) throw tokens.error(`expected one field, found ${tokens.found()} behind it`);
  checkField(use);
  return use;
}

export const invalid = (message: string, source: SourceText): RuleError =>
  new RuleError('RULE_INVALID', message, source.locate(0));
