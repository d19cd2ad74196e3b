import type { RuleCheck, RuleFinding, RuleOutcome } from '@picket/sdk/client';
import { isMap, type YAMLMap } from 'yaml';
import { RuleError } from '../detection/rules/language/rule-error.ts';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import type { LoadResult, RuleFile, RuleProblem } from '../detection/rules/load/rule.ts';
import { YamlFile } from '../detection/rules/load/yaml-file.ts';
import { RuleEngine } from '../detection/rules/rule-engine.ts';
import { isGenerated } from './generated-layers.ts';

/** Files to be checked and what they are put between. Plain, so that a worker can be handed it. */
export interface CheckRequest {
  readonly base: readonly RuleFile[];
  readonly candidate: readonly RuleFile[];
  readonly generated: readonly RuleFile[];
}

/** Loads and compiles the files where they would stand, without any effect. */
export function checkRules({ base, candidate, generated }: CheckRequest): RuleCheck {
  const alone = loadRules(base);
  const loaded = loadRules([...base, ...candidate, ...generated]);
  new RuleEngine(loaded);
  const errors = freshErrors(alone, loaded);
  const names = new Set(candidate.map(({ name }) => name));
  const problems = loaded.problems.filter((problem) => names.has(problem.file) || errors.includes(problem));
  return { valid: errors.length === 0, rules: outcomes(loaded, candidate, problems), problems: problems.map(finding) };
}

/**
 * Errors that come with what was put over the base, in whatever file they show. Overrides and exceptions of rules that
 * are gone are told elsewhere and keep nothing from being loaded.
 */
export function freshErrors(alone: LoadResult, loaded: LoadResult): RuleProblem[] {
  const known = new Set(alone.problems.map(keyOf));
  return loaded.problems.filter(
    (problem) => problem.severity === 'error' && !isGenerated(problem.file) && !known.has(keyOf(problem)),
  );
}

const keyOf = ({ severity, code, rule, file, message }: RuleProblem): string =>
  [severity, code, rule, file, message].join('\0');

export const finding = (problem: RuleProblem): RuleFinding => ({ ...problem, rule: problem.rule ?? null });

/** What became of every rule that the candidate names, and of those that it breaks. */
function outcomes(loaded: LoadResult, candidate: readonly RuleFile[], problems: readonly RuleProblem[]): RuleOutcome[] {
  const broken = problems.flatMap(({ severity, rule }) => (severity === 'error' && rule ? [rule] : []));
  const told = new Map(loaded.outcomes.map((outcome) => [outcome.rule, outcome]));
  const rules = new Map(loaded.rules.map((rule) => [rule.name, rule]));
  return [...new Set([...namesIn(candidate), ...broken])].map((rule) => {
    const { outcome = 'refused', reasons = [] } = told.get(rule) ?? {};
    return { rule, outcome, reasons: [...reasons], priority: rules.get(rule)?.priority ?? null };
  });
}

/** Names of the rules that files define or change, as far as they can be read. */
export function namesIn(files: readonly RuleFile[]): string[] {
  const names = files.flatMap((file) => entriesOf(file).map((entry) => entry.get('rule')));
  return [...new Set(names.filter((name): name is string => typeof name === 'string'))];
}

/** Whether files define and change nothing at all. A file that can not be read is not empty. */
export const isEmpty = (files: readonly RuleFile[]): boolean =>
  files.every(({ text }) => text.split('\n').every((line) => /^(#.*|---|\[\])?$/.test(line.trim())));

function entriesOf(file: RuleFile): readonly YAMLMap[] {
  try {
    return new YamlFile(file).items.filter((item) => isMap(item));
  } catch (error) {
    // what is wrong with the file is among the problems of its load
    if (error instanceof RuleError) return [];
    throw error;
  }
}
