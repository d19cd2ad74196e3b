import type { ProbePlan } from '@picket/sdk';
import { buildPlan } from '../detection/plan/build-plan.ts';
import type { PlanNeeds } from '../detection/plan/needs.ts';
import { needsOfRules } from '../detection/plan/rule-needs.ts';
import type { PlanSettings } from '../detection/plan/settings.ts';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import type { LoadResult, Rule, RuleFile } from '../detection/rules/load/rule.ts';
import { RuleEngine } from '../detection/rules/rule-engine.ts';
import type { Baseline } from '../detection/rules/stateful/baseline.ts';
import { CountingEngine } from './counting-engine.ts';
import { EXCEPTIONS_FILE } from './generated-layers.ts';
import { layerFiles, type RuleLayers } from './rule-layers.ts';
import { setId } from './set-id.ts';
import { silencedRules } from './silenced-rules.ts';

/** Everything that runs for one state of the rules. Made whole before it replaces another. */
export interface RuleProgram {
  /** SHA-256 of all files, what is made from the store included. */
  readonly digest: string;
  readonly layers: RuleLayers;
  readonly files: readonly RuleFile[];
  readonly loaded: LoadResult;
  readonly engine: RuleEngine;
  /** Hands out the matches that exceptions silenced since it was last asked, by id of the exception. */
  readonly takeSilenced: () => ReadonlyMap<string, number>;
  /** What the rules need to see. */
  readonly needs: PlanNeeds;
  readonly plan: ProbePlan;
  /** Paths of severe rules that found no room in the kernel's tables. */
  readonly unprotected: number;
}

export interface ProgramParts {
  readonly settings: PlanSettings;
  /** What others than the rules need to see. */
  readonly otherNeeds?: PlanNeeds | undefined;
  /** The learned profiles; left out where nothing learns them. */
  readonly baseline?: Baseline | undefined;
  readonly onRuleError: (rule: Rule, error: unknown) => void;
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** Loads and compiles rules. Never throws for what is in the files: what is wrong is in `loaded.problems`. */
export function makeProgram(
  base: readonly RuleFile[],
  layers: RuleLayers,
  { settings, otherNeeds, onRuleError, baseline }: ProgramParts,
): RuleProgram {
  const files = layerFiles(base, layers);
  const loaded = loadRules(files);
  const counting = silencedRules(
    files.filter(({ name }) => name !== EXCEPTIONS_FILE),
    layers.exceptions,
  );
  const counter = counting.length > 0 ? new CountingEngine(loaded, counting, { onRuleError, baseline }) : undefined;
  const engine = counter ?? new RuleEngine(loaded, { onRuleError, baseline });
  const takeSilenced = () => counter?.takeSilenced() ?? NOTHING;
  // Events that an exception silences are still asked for: they are counted, and come back when it ends.
  const needs = needsOfRules({ ...loaded, rules: [...loaded.rules, ...counting] });
  const program = { digest: setId(files), layers, files, loaded, engine, takeSilenced, needs };
  return { ...program, ...planOf(needs, otherNeeds, settings) };
}

/** The same rules with a plan for what others need besides them now. */
export const withNeeds = (program: RuleProgram, { settings, otherNeeds }: ProgramParts): RuleProgram => ({
  ...program,
  ...planOf(program.needs, otherNeeds, settings),
});

const planOf = (needs: PlanNeeds, otherNeeds: PlanNeeds | undefined, settings: PlanSettings) =>
  buildPlan(otherNeeds ? [needs, otherNeeds] : [needs], settings);
