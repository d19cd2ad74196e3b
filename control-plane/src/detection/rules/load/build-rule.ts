import { createHash } from 'node:crypto';
import { PRIORITIES, type Priority } from '@picket/sdk';
import { parseCondition } from '../language/parser.ts';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { SourceText } from '../language/source-text.ts';
import type { Condition } from '../language/syntax-tree.ts';
import type { ConditionChecker } from './check-condition.ts';
import { checkField } from './check-field.ts';
import { emptyPatterns, exceptionCondition } from './exception-definition.ts';
import { checkBody, outputFields } from './extensions-check.ts';
import { parseOutput } from './output-template.ts';
import type { Rule } from './rule.ts';
import type { RuleDefinition } from './rule-definition.ts';
import { withMaturityOf } from './rule-metadata.ts';

export interface RuleBuilding {
  readonly checker: ConditionChecker;
  /** Names of the files of whose rules only the first that matches an event fires. */
  readonly firstMatch: ReadonlySet<string>;
  readonly warn: (message: string, use: { readonly at: Position }) => void;
}

const TECHNIQUE = /^T\d{4}(\.\d{3})?$/;
const DEFAULT_OUTPUT = '%evt.type in container %container.id by %proc.cmdline';

/**
 * Makes a rule that can be evaluated of what was written.
 * @throws RuleError at the first thing that does not fit
 */
export function buildRule(definition: RuleDefinition, { checker, firstMatch, warn }: RuleBuilding): Rule {
  const { name, position, enabled, tags } = definition;
  const outputText = definition.output?.text ?? DEFAULT_OUTPUT;
  for (const exception of definition.exceptions) for (const field of exception.fields) checkField(field);
  for (const { message, at } of emptyPatterns(definition.exceptions)) warn(message, { at });
  const check = (source: SourceText, whole: boolean) => {
    const condition = parseCondition(source);
    return checker.bound(checker.check(whole ? withExceptions(condition, definition) : condition), {
      at: source.locate(0),
    });
  };
  const body = checkBody(definition, { check, warn: definition.warnsOfTypes ? warn : () => {} });
  const { extensions } = body;
  const outputSource = definition.output ?? SourceText.at(DEFAULT_OUTPUT, position);
  const output = parseOutput(outputSource, warn, outputFields(extensions));
  const priority = readPriority(required(definition.priority, 'priority', definition));
  // what is counted or waited for is not found at an event: another rule that is must not hide it
  const isOfOne = extensions?.window === undefined && extensions?.sequence === undefined;
  const firstMatchOf = isOfOne && firstMatch.has(position.file) ? position.file : undefined;
  const meaning = [
    body.condition,
    outputText,
    priority,
    ...(extensions || firstMatchOf ? [extensions, firstMatchOf] : []),
  ];
  return {
    ...body,
    name,
    id: idOf(name),
    version: versionOf(meaning),
    description: definition.description?.text.trim() ?? '',
    priority,
    tags,
    mitre: tags.filter((tag) => TECHNIQUE.test(tag)),
    metadata: withMaturityOf(definition.metadata, tags),
    enabled,
    outputText: outputText.trim(),
    output,
    firstMatchOf,
    position,
  };
}

function withExceptions(condition: Condition, definition: RuleDefinition): Condition {
  const excepted = exceptionCondition(definition.exceptions);
  return excepted ? { type: 'and', operands: [condition, excepted] } : condition;
}

function required(text: SourceText | undefined, key: string, definition: RuleDefinition): SourceText {
  if (text && text.text.trim() !== '') return text;
  throw new RuleError('RULE_SYNTAX', `the rule has no ${key}`, definition.position);
}

/** One of Falco's levels, in any case; "info" is short for the last but one. */
function readPriority(source: SourceText): Priority {
  const wanted = source.text.trim().toLowerCase();
  const found = PRIORITIES.find((level) => level.toLowerCase() === (wanted === 'info' ? 'informational' : wanted));
  if (found) return found;
  throw new RuleError(
    'RULE_INVALID',
    `"${source.text.trim()}" is no priority; use one of ${PRIORITIES.join(', ')}`,
    source.locate(0),
  );
}

const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Keys of a condition that change nothing it finds. */
const UNMEANT: ReadonlySet<string> = new Set(['at', 'info', 'macro']);

/** A digest of what a rule means; where it stands in its file does not count. */
function versionOf(meaning: unknown): string {
  const text = JSON.stringify(meaning, (key, value: unknown) => (UNMEANT.has(key) ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
