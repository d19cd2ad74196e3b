import { createHash } from 'node:crypto';
import { PRIORITIES, type Priority } from '@picket/sdk';
import { matchingKinds } from '../compile/matching-kinds.ts';
import { parseCondition } from '../language/parser.ts';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { SourceText } from '../language/source-text.ts';
import type { Condition } from '../language/syntax-tree.ts';
import { ConditionChecker, type MacroBody } from './check-condition.ts';
import { checkField } from './check-test.ts';
import { Definitions, type RuleDefinition } from './definitions.ts';
import { exceptionCondition } from './exception-definition.ts';
import { parseOutput } from './output-template.ts';
import type { LoadResult, Rule, RuleFile, RuleProblem } from './rule.ts';

const TECHNIQUE = /^T\d{4}(\.\d{3})?$/;
const DEFAULT_OUTPUT = '%evt.type in container %container.id by %proc.cmdline';

/**
 * Loads rule files together, in their order. Never throws for what is in them: a rule that is wrong is left out and told
 * by name and place, and the others load.
 */
export function loadRules(files: readonly RuleFile[]): LoadResult {
  const problems: RuleProblem[] = [];
  const report = (error: RuleError, rule: string | undefined, severity: 'error' | 'warning'): void => {
    problems.push({ severity, code: error.code, rule, ...error.position, message: error.message });
  };
  const definitions = new Definitions(report);
  for (const file of files) definitions.read(file);
  let current: string | undefined;
  const warn = (message: string, use: { readonly at: Position }) =>
    report(new RuleError('RULE_INVALID', message, use.at), current, 'warning');
  const checker = new ConditionChecker(parseMacros(definitions, report), definitions.lists, warn);
  const rules: Rule[] = [];
  for (const definition of definitions.rules.values()) {
    current = definition.name;
    try {
      rules.push(buildRule(definition, checker, warn));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      report(error, definition.name, 'error');
    }
  }
  return { rules, problems };
}

function parseMacros(
  definitions: Definitions,
  report: (error: RuleError, rule: undefined, severity: 'error') => void,
): Map<string, MacroBody> {
  const macros = new Map<string, MacroBody>();
  for (const [name, source] of definitions.macros) {
    try {
      macros.set(name, parseCondition(source));
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      macros.set(name, error);
      report(new RuleError(error.code, `in macro ${name}: ${error.message}`, error.position), undefined, 'error');
    }
  }
  return macros;
}

type Warn = (message: string, use: { readonly at: Position }) => void;

function buildRule(definition: RuleDefinition, checker: ConditionChecker, warn: Warn): Rule {
  const { name, position } = definition;
  const source = definition.source?.text ?? 'syscall';
  if (source !== 'syscall')
    throw new RuleError('RULE_INVALID', `events of source "${source}" are not collected`, position);
  const conditionText = required(definition.condition, 'condition', definition);
  const outputText = definition.output?.text ?? DEFAULT_OUTPUT;
  for (const exception of definition.exceptions) exception.fields.forEach(checkField);
  const at = { at: conditionText.locate(0) };
  const condition = checker.bound(checker.check(withExceptions(parseCondition(conditionText), definition)), at);
  const output = parseOutput(definition.output ?? SourceText.at(DEFAULT_OUTPUT, position), warn);
  const priority = readPriority(required(definition.priority, 'priority', definition));
  const kinds = matchingKinds(condition);
  if (kinds.length === 0) warn('the condition can not match any event that is collected', at);
  return {
    name,
    id: idOf(name),
    version: versionOf([condition, outputText, priority]),
    description: definition.description?.text.trim() ?? '',
    priority,
    tags: definition.tags,
    mitre: definition.tags.filter((tag) => TECHNIQUE.test(tag)),
    enabled: definition.enabled,
    conditionText: conditionText.text.trim(),
    outputText: outputText.trim(),
    condition,
    output,
    kinds,
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

/** A digest of what a rule means; where it stands in its file does not count. */
function versionOf(meaning: unknown): string {
  const text = JSON.stringify(meaning, (key, value: unknown) => (key === 'at' || key === 'info' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
