import { ruleField } from '../fields/resolve-field.ts';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import { checkArgument } from './check-test.ts';

/** Literal text and fields in the order of the output. */
export type OutputTemplate = readonly (string | FieldUse)[];

const FIELD = /%([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+)(?:\[([^\]]*)\])?/g;

/**
 * Reads an output: text with fields as %proc.name or %proc.aname[2]. A leading * is taken and means nothing: a field
 * without a value never suppresses an alert. Fields that can not be answered stay and read <NA>; `warn` hears of them.
 * @throws RuleError RULE_FIELD_UNKNOWN for a field that does not exist
 */
export function parseOutput(source: SourceText, warn: (message: string, at: FieldUse) => void): OutputTemplate {
  const out: (string | FieldUse)[] = [];
  let end = source.text.startsWith('*') ? 1 : 0;
  for (const match of source.text.matchAll(FIELD)) {
    const at = source.locate(match.index);
    const name = knownName(match[1] as string, at);
    const whole = name === match[1];
    const use: FieldUse = { name, argument: whole ? match[2] : undefined, at };
    check(use, warn);
    if (match.index > end) out.push(source.text.slice(end, match.index));
    out.push(use);
    end = match.index + (whole ? match[0].length : name.length + 1);
  }
  // a folded YAML text ends in a line feed that nobody meant
  const rest = source.text.slice(end).trimEnd();
  if (rest !== '') out.push(rest);
  return out;
}

/** A sentence may go on with a dot behind a field, so the longest name that exists is meant. */
function knownName(text: string, at: FieldUse['at']): string {
  for (let name = text; name.includes('.'); name = name.slice(0, name.lastIndexOf('.')))
    if (ruleField(name)) return name;
  throw new RuleError('RULE_FIELD_UNKNOWN', `there is no field ${text}; see docs/reference/rule-fields.md`, at);
}

function check(use: FieldUse, warn: (message: string, at: FieldUse) => void): void {
  const info = ruleField(use.name);
  if (info?.from === 'none') warn(`%${use.name} always reads <NA>: ${info.why}`, use);
  else if (info) checkArgument(use, info);
}
