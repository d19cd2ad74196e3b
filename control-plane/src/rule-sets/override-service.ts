import type { Priority } from '@picket/sdk';
import type { RuleOverrideInfo } from '@picket/sdk/client';
import type { Actor } from '../api/rules/rule-lifecycle.ts';
import type { Rule } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import type { RuleOverride } from '../store/rules/rule-override-store.ts';
import type { Store } from '../store/store.ts';
import type { ActiveRules } from './active-rules.ts';
import type { RuleChanges } from './rule-changes.ts';

export interface OverrideServiceDeps {
  readonly store: Store;
  readonly active: ActiveRules;
  readonly changes: RuleChanges;
  readonly now: () => number;
}

/** What is changed about single rules, apart from their files. */
export class OverrideService {
  readonly #deps: OverrideServiceDeps;

  constructor(deps: OverrideServiceDeps) {
    this.#deps = deps;
  }

  async list(): Promise<RuleOverrideInfo[]> {
    const names = new Set(this.#deps.active.loaded().rules.map(({ name }) => name));
    const overrides = await this.#deps.store.ruleOverrides.list();
    return overrides.map((override) => overrideInfo(override, names.has(override.rule)));
  }

  async set(
    actor: Actor,
    rule: string,
    request: { enabled?: boolean | undefined; priority?: Priority | undefined; reason?: string | undefined },
  ): Promise<void> {
    const { enabled = null, priority = null, reason = null } = request;
    const { name } = findRule(this.#deps.active.loaded().rules, rule);
    const override = { rule: name, enabled, priority, reason, time: this.#deps.now(), actor: actor.id };
    await this.#deps.changes.make({
      next: (layers) => ({ ...layers, overrides: [...without(layers.overrides, name), override] }),
      write: (trx) => trx.ruleOverrides.put(override),
      audit: { actor: actor.id, action: 'rules.override', target: name, detail: { enabled, priority, reason } },
    });
  }

  /** Also for a rule that is gone. */
  async delete(actor: Actor, rule: string): Promise<void> {
    const known = await this.#deps.store.ruleOverrides.list();
    const name = known.some((override) => override.rule === rule)
      ? rule
      : this.#deps.active.loaded().rules.find(({ id }) => id === rule)?.name;
    const missing = new ControlPlaneError('NOT_FOUND', `rule ${rule} has no override`);
    if (name === undefined) throw missing;
    const made = await this.#deps.changes.make({
      next: (layers) => ({ ...layers, overrides: without(layers.overrides, name) }),
      write: (trx) => trx.ruleOverrides.delete(name),
      audit: { actor: actor.id, action: 'rules.override.delete', target: name, detail: {} },
    });
    if (!made) throw missing;
  }
}

const without = (overrides: readonly RuleOverride[], rule: string): RuleOverride[] =>
  overrides.filter((override) => override.rule !== rule);

/**
 * @param wanted name or id
 * @throws ControlPlaneError NOT_FOUND, or RULES_CONFLICT when two rules have that id
 */
export function findRule(rules: readonly Rule[], wanted: string): Rule {
  const named = rules.find(({ name }) => name === wanted);
  if (named) return named;
  const found = rules.filter(({ id }) => id === wanted);
  if (found.length > 1)
    throw new ControlPlaneError(
      'RULES_CONFLICT',
      `several rules have the id ${wanted}: give the name of one: ${found.map(({ name }) => name).join(', ')}`,
    );
  if (found[0]) return found[0];
  throw new ControlPlaneError('NOT_FOUND', `there is no rule ${wanted}`);
}

export const overrideInfo = (override: RuleOverride, applies: boolean): RuleOverrideInfo => ({
  rule: override.rule,
  enabled: override.enabled,
  priority: override.priority,
  reason: override.reason,
  time: new Date(override.time).toISOString(),
  actor: override.actor,
  applies,
});
