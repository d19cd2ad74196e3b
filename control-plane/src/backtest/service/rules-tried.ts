import type { BacktestSubject, RuleCheck, RuleFileText } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { ActiveRules } from '../../rule-sets/active-rules.ts';
import { refusal } from '../../rule-sets/refuse.ts';
import { layerFiles } from '../../rule-sets/rule-layers.ts';
import type { Store } from '../../store/store.ts';
import type { RulesTried } from '../run/backtest-job.ts';

export interface RulesTriedDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  /** Checks files where they would stand. @throws ControlPlaneError RULES_BUSY, RULES_REFUSED */
  readonly validate: (files: readonly RuleFileText[]) => Promise<RuleCheck>;
}

/** What is to be tried, as it is told and as it is run. */
export interface Tried<T> {
  readonly subject: BacktestSubject;
  readonly tried: T;
}

/**
 * Rules in the place that they would have: behind the files of the server, in place of the active set, before overrides and
 * exceptions.
 * @throws ControlPlaneError NOT_FOUND for a set that there is not; RULES_REFUSED with every place that is wrong
 */
export async function rulesTried(
  deps: RulesTriedDeps,
  rules: { readonly set: string } | { readonly files: readonly RuleFileText[] },
): Promise<Tried<RulesTried>> {
  const { store, active, validate } = deps;
  const set = 'set' in rules ? await store.ruleSets.get(rules.set) : undefined;
  if ('set' in rules && !set) throw new ControlPlaneError('NOT_FOUND', `there is no rule set ${rules.set}`);
  const files = 'files' in rules ? rules.files : (set?.files ?? []);
  const { valid, problems } = await validate(files);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!valid && !set?.partial) throw refusal('the rules can not be tried', errors);
  const { layers, files: before } = active.program;
  const id = set?.id ?? null;
  const placed = { id: id ?? '', name: '', files, partial: false, rules: 0, created: 0, createdBy: '' };
  const now = layers.set ? `rule set ${layers.set.id.slice(0, 12)} (${layers.set.name})` : 'the rules of the server';
  return {
    subject: { kind: 'rules', set: id, files: files.map(({ name }) => name) },
    tried: {
      kind: 'rules',
      after: layerFiles(active.base, { ...layers, set: placed }),
      before,
      named: files,
      against: now,
    },
  };
}
