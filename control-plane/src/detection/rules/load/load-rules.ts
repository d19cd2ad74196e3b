import { parseCondition } from '../language/parser.ts';
import type { Position } from '../language/position.ts';
import { RuleError } from '../language/rule-error.ts';
import { buildRule, type RuleBuilding } from './build-rule.ts';
import { ConditionChecker, type MacroBody } from './check-condition.ts';
import { Definitions } from './definitions.ts';
import type { LoadResult, Rule, RuleFile, RuleOutcome, RuleProblem } from './rule.ts';
import type { RuleDefinition } from './rule-definition.ts';

/** The only events there are. */
const SOURCE = 'syscall';

type Report = (error: RuleError, rule: string | undefined, severity: 'error' | 'warning') => void;
type Outcome = Pick<RuleOutcome, 'outcome'> & { readonly rule?: Rule; readonly reason?: RuleError };

/**
 * Loads rule files together, in their order. Never throws for what is in them: a rule that is wrong is left out and told
 * by name and place, and the others load.
 */
export function loadRules(files: readonly RuleFile[]): LoadResult {
  const problems: RuleProblem[] = [];
  const report: Report = (error, rule, severity) => {
    problems.push({ severity, code: error.code, rule, ...error.position, message: error.message });
  };
  const definitions = new Definitions(report);
  for (const file of files) definitions.read(file);
  let current: RuleDefinition | undefined;
  const warn = (message: string, use: { readonly at: Position }) =>
    report(new RuleError('RULE_INVALID', message, use.at), current?.name, 'warning');
  const warnOfTypes: typeof warn = (message, use) => {
    if (current?.warnsOfTypes) warn(message, use);
  };
  const checker = new ConditionChecker(parseMacros(definitions, report), definitions.lists, warnOfTypes);
  const rules: Rule[] = [];
  const outcomes: RuleOutcome[] = [];
  for (const definition of definitions.rules.values()) {
    current = definition;
    const { outcome, rule, reason } = loadRule(definition, { checker, firstMatch: definitions.firstMatch, warn });
    if (rule) rules.push(rule);
    if (reason) report(reason, definition.name, outcome === 'skipped' ? 'warning' : 'error');
    const refused = definitions.refused.get(definition.name) ?? [];
    outcomes.push(tell(definition.name, definition.position, outcome, reason ? [reason, ...refused] : refused));
  }
  for (const [name, errors] of definitions.refused)
    if (errors[0] && !definitions.rules.has(name)) outcomes.push(tell(name, errors[0].position, 'refused', errors));
  return { rules, problems, outcomes };
}

function loadRule(definition: RuleDefinition, building: RuleBuilding): Outcome {
  const source = definition.source?.text.trim() ?? SOURCE;
  if (source !== SOURCE) {
    const message = `events of source "${source}" are not collected`;
    return { outcome: 'skipped', reason: new RuleError('RULE_INVALID', message, definition.position) };
  }
  try {
    const rule = buildRule(definition, building);
    return { outcome: rule.enabled ? 'loaded' : 'disabled', rule };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const isField = error.code === 'RULE_FIELD_UNKNOWN' || error.code === 'RULE_FIELD_UNANSWERED';
    return { outcome: isField && definition.skipsUnknownFields ? 'skipped' : 'refused', reason: error };
  }
}

const tell = (
  rule: string,
  position: Position,
  outcome: RuleOutcome['outcome'],
  reasons: readonly RuleError[],
): RuleOutcome => ({ rule, ...position, outcome, reasons: reasons.map(({ message }) => message) });

function parseMacros(definitions: Definitions, report: Report): Map<string, MacroBody> {
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
