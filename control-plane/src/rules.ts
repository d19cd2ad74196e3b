/**
 * The door to rules for programs that have no control plane: they load, explain, run and test rules here. Behind it are
 * neither bus nor store nor HTTP.
 */
export { alertsOf, type RuleRunCounts, type RuleRunOptions, runRules } from './backtest/rule-run.ts';
export {
  type EventChoice,
  type ExplainedEvent,
  explainOne,
  nearestMisses,
} from './detection/rules/explain/explain-rule.ts';
export type { ExplainedPart, NamedEvent } from './detection/rules/explain/explained-event.ts';
export { countTests, type ExplainedTest, type Explanation } from './detection/rules/explain/explanation.ts';
export type { NearestOfPart, NearMiss } from './detection/rules/explain/nearest-search.ts';
export { loadRules } from './detection/rules/load/load-rules.ts';
export type { LoadResult, Rule, RuleFile, RuleOutcome, RuleProblem } from './detection/rules/load/rule.ts';
export { RuleEngine } from './detection/rules/rule-engine.ts';
export { convertSigma, type SigmaOutcome, type SigmaResult } from './detection/sigma/convert-sigma.ts';
export { ControlPlaneError } from './errors.ts';
export { RULE_TEST_FILE, readRuleFiles, SHIPPED_RULES } from './rule-files.ts';
export type { Difference } from './rule-tests/check-expectations.ts';
export { describeTest } from './rule-tests/miss-hints.ts';
export { RuleTestError } from './rule-tests/rule-test-error.ts';
export { type RuleTestFiles, type RuleTestResult, RuleTestRunner } from './rule-tests/run-rule-tests.ts';
export type { Batch } from './types.ts';
