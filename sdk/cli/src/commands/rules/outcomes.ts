import type { LoadResult, RuleFile, RuleOutcome, RuleProblem } from '@picket/control-plane/rules';

/** What became of a rule, with all that was said of it in the file. */
export interface ToldOutcome extends RuleOutcome {
  readonly problems: readonly RuleProblem[];
}

/** What became of one file. */
export interface FileOutcome {
  readonly file: string;
  readonly rules: readonly ToldOutcome[];
  /** Problems of the file that belong to no rule, as of its macros. */
  readonly problems: readonly RuleProblem[];
}

/**
 * Sorts what was loaded and what was not by file and line. Of other files than the named ones only rules are told that
 * a named file has something wrong about.
 */
export function outcomesOf({ outcomes, problems }: LoadResult, named: readonly RuleFile[]): FileOutcome[] {
  return [...new Set(named.map(({ name }) => name))].map((file) => {
    const own = problems.filter((problem) => problem.file === file).sort((a, b) => a.line - b.line);
    const told = outcomes.map((outcome): ToldOutcome => {
      return { ...outcome, problems: own.filter(({ rule }) => rule === outcome.rule) };
    });
    const rules = told.filter((outcome) => outcome.file === file || outcome.problems.length > 0);
    const names = new Set(rules.map(({ rule }) => rule));
    const rest = own.filter(({ rule }) => rule === undefined || !names.has(rule));
    return { file, rules: rules.sort((a, b) => lineIn(file, a) - lineIn(file, b)), problems: rest };
  });
}

const lineIn = (file: string, outcome: ToldOutcome): number =>
  outcome.file === file ? outcome.line : (outcome.problems[0]?.line ?? 0);

/** Names of rules that are otherwise than they were before the files. */
export function changedRules(before: LoadResult, after: LoadResult): string[] {
  return before.rules.flatMap((rule) => {
    const now = after.rules.find(({ name }) => name === rule.name);
    const same = now && now.version === rule.version && now.enabled === rule.enabled && sameTags(now.tags, rule.tags);
    return same ? [] : [rule.name];
  });
}

const sameTags = (a: readonly string[], b: readonly string[]): boolean => a.join('\0') === b.join('\0');
