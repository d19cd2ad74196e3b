import { ruleField } from '../fields/resolve-field.ts';
import { isTransformer, namedField } from '../language/field-use.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { FieldUse, TransformerUse } from '../language/syntax-tree.ts';
import { checkShownField, type FindField } from './check-field.ts';

type Parts = readonly (string | FieldUse)[];
/** Literal text and fields in the order of the output. */
export type OutputTemplate = Parts;

/** What comes before a field, the field, its argument, and the brackets behind it. */
const FIELD = /%((?:[a-z0-9_]+\()*)([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+)(?:\[([^\]]*)\])?(\)*)/g;

/**
 * Reads an output: text with fields as %proc.name, %proc.aname[2] or %toupper(proc.name). A leading * is taken and means
 * nothing: a field without a value never suppresses an alert. Fields that can not be answered stay and read <NA>; `warn`
 * hears of them.
 * @param find which fields the output may name
 * @throws RuleError RULE_FIELD_UNKNOWN for a field that does not exist
 */
export function parseOutput(
  source: SourceText,
  warn: (message: string, at: FieldUse) => void,
  find: FindField = ruleField,
): OutputTemplate {
  const { text } = source;
  const out: (string | FieldUse)[] = [];
  let end = text.startsWith('*') ? 1 : 0;
  for (const match of text.matchAll(FIELD)) {
    const { parts, length } = readMatch(match, source.locate(match.index), find);
    for (const part of parts) if (typeof part !== 'string') check(part, find, warn);
    if (match.index > end) out.push(text.slice(end, match.index));
    out.push(...parts);
    end = match.index + length;
  }
  // a folded YAML text ends in a line feed that nobody meant
  const rest = text.slice(end).trimEnd();
  if (rest !== '') out.push(rest);
  return out;
}

function check(use: FieldUse, find: FindField, warn: (message: string, at: FieldUse) => void): void {
  const info = checkShownField(use, find);
  if (info.from === 'none') warn(`%${use.name} always reads <NA>: ${info.why}`, use);
}

/** What a match stands for, and how many characters of it. */
function readMatch(match: RegExpExecArray, at: FieldUse['at'], find: FindField): { parts: Parts; length: number } {
  const [whole, before = '', written = '', argument, brackets = ''] = match;
  if (before === '' && argument === undefined) {
    const name = written === 'container.info' ? written : knownName(written, at, find);
    const parts = name === 'container.info' ? containerInfo(at) : [{ name, argument, at }];
    return { parts, length: name.length + 1 };
  }
  const transformers = readTransformers(before, at);
  if (brackets.length < transformers.length)
    throw new RuleError('RULE_SYNTAX', `expected ")" behind %${before}${written}`, at);
  const use = namedField(written, argument, at);
  return {
    parts: [transformers.length > 0 ? { ...use, transformers } : use],
    length: whole.length - brackets.length + transformers.length,
  };
}

/** Falco writes what it knows of the container in place of %container.info. */
const containerInfo = (at: FieldUse['at']): Parts => [
  'container_id=',
  { name: 'container.id', argument: undefined, at },
  ' container_name=',
  { name: 'container.name', argument: undefined, at },
];

/** The innermost first. */
function readTransformers(before: string, at: FieldUse['at']): TransformerUse[] {
  const names = before.split('(').filter((name) => name !== '');
  return names.toReversed().map((name) => {
    if (isTransformer(name)) return { name, at };
    throw new RuleError('RULE_SYNTAX', `there is no ${name}() for fields of an output`, at);
  });
}

/** No field has more; trying each length of a long text would take the square of its length. */
const MOST_PARTS = 8;

/** A sentence may go on with a dot behind a field, so the longest name that exists is meant. */
function knownName(text: string, at: FieldUse['at'], find: FindField): string {
  const longest = text.split('.', MOST_PARTS).join('.');
  for (let name = longest; name.includes('.'); name = name.slice(0, name.lastIndexOf('.'))) if (find(name)) return name;
  throw new RuleError('RULE_FIELD_UNKNOWN', `there is no field ${text}; see docs/reference/rule-fields.md`, at);
}
