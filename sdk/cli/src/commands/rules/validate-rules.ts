import type { RuleOutcome, RuleProblem } from '@picket/control-plane/rules';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { plural } from '../../plural.ts';
import { changedRules, type FileOutcome, outcomesOf, type ToldOutcome } from './outcomes.ts';
import { readRules } from './read-rules.ts';
import { wrap } from './wrap.ts';

/** Says of every rule of the files whether it loads, and if not why and where. */
export function validateRules(args: Arguments, io: Io): number {
  const shipped = args.flags.shipped === true;
  const { load, named } = readRules(args.positionals, shipped);
  if (named.length === 0)
    throw new CliError('FILE_UNREADABLE', `there is no .yaml or .yml file in ${args.positionals.join(', ')}`);
  const files = outcomesOf(load, named);
  const counts = countOf(files);
  const changed = shipped ? changedRules(readRules([], true).load, load) : [];
  if (args.flags.json) io.out(JSON.stringify({ ...counts, changed, files }, null, 2));
  else {
    const changes = changed.length > 0 ? ['Shipped rules that are changed', ...changed.flatMap(indented)] : [];
    for (const line of [...files.flatMap(fileLines), ...changes, summary(counts)]) io.out(line);
  }
  return counts.errors > 0 ? 1 : 0;
}

type Counts = Readonly<Record<RuleOutcome['outcome'] | 'rules' | 'errors' | 'warnings', number>>;

function countOf(files: readonly FileOutcome[]): Counts {
  const rules = files.flatMap((file) => file.rules);
  const problems = files.flatMap((file) => [...file.problems, ...file.rules.flatMap((rule) => rule.problems)]);
  const count = (outcome: RuleOutcome['outcome']) => rules.filter((rule) => rule.outcome === outcome).length;
  const of = (severity: RuleProblem['severity']) => problems.filter((problem) => problem.severity === severity).length;
  return {
    rules: rules.length,
    loaded: count('loaded'),
    disabled: count('disabled'),
    skipped: count('skipped'),
    refused: count('refused'),
    errors: of('error'),
    warnings: of('warning'),
  };
}

const indented = (text: string): string[] => wrap(text, '  ');

function fileLines({ file, rules, problems }: FileOutcome): string[] {
  return [...wrap(file), ...problems.flatMap((problem) => problemLines(problem, '  ')), ...rules.flatMap(ruleLines)];
}

const WORDS: Readonly<Record<RuleOutcome['outcome'], string>> = {
  loaded: 'loaded',
  disabled: 'off',
  skipped: 'skipped',
  refused: 'REFUSED',
};
const WORD = 8;

function ruleLines({ rule, outcome, problems }: ToldOutcome): string[] {
  const about = problems.flatMap((problem) => problemLines(problem, ' '.repeat(WORD + 2)));
  return [...indented(`${WORDS[outcome].padEnd(WORD)}${rule}`), ...about];
}

function problemLines({ severity, code, line, column, message }: RuleProblem, indent: string): string[] {
  return wrap(`${line}:${column} ${severity === 'error' ? code : 'warning'}: ${message}`, indent);
}

function summary({ rules, loaded, disabled, skipped, refused, errors, warnings }: Counts): string {
  const parts = [
    `${loaded} loaded`,
    ...(disabled > 0 ? [`${disabled} off`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    `${refused} refused`,
    ...(errors > refused ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  return `${plural(rules, 'rule')}: ${parts.join(', ')}`;
}
