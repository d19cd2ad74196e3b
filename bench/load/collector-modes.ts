import { fileURLToPath } from 'node:url';
import { FULL_PLAN, type ProbePlan } from '@picket/sdk';
import type { ProbeState } from '../../agent/src/source/types.ts';
import { buildPlan } from '../../control-plane/src/detection/plan/build-plan.ts';
import { needsOfRules } from '../../control-plane/src/detection/plan/rule-needs.ts';
import { DEFAULT_SETTINGS } from '../../control-plane/src/detection/plan/settings.ts';
import { loadRules } from '../../control-plane/src/detection/rules/load/load-rules.ts';
import { readRuleFiles } from '../../control-plane/src/rule-files.ts';

/** A way the agent can run while a load is measured. */
export interface Mode {
  readonly name: string;
  readonly plan: ProbePlan;
  /** Every event of the kinds that a load makes is told, or counted as one that equals another. */
  readonly tellsAll: boolean;
}

/** The agent runs, and nothing hangs on system calls or sockets. */
export const BASE: ProbePlan = { ...FULL_PLAN, revision: 'base', kinds: [], histogram: false };

const ALL: ProbePlan = { ...FULL_PLAN, revision: 'all', budgets: {} };
const SHIPPED_RULES = fileURLToPath(new URL('../../control-plane/rules', import.meta.url));

/**
 * all: every kind, nothing held back but equal opens and connects within a second, which are told once with their count;
 * each: those are told one by one too; rules: what the shipped rules need, with the limits that come by default.
 */
export function modes(): readonly Mode[] {
  const rules = buildPlan([needsOfRules(loadRules(readRuleFiles([SHIPPED_RULES])))], DEFAULT_SETTINGS).plan;
  return [
    { name: 'all', plan: ALL, tellsAll: true },
    { name: 'each', plan: { ...ALL, revision: 'each', suppressMs: 0 }, tellsAll: true },
    { name: 'rules', plan: rules, tellsAll: false },
  ];
}

/** These stay while the agent runs: they hang on the making of processes and cgroups and on nothing else. */
const ALWAYS = new Set(['cgroup_life', 'cgroup_move', 'task_notes', 'task_walk']);

/** Fails when a probe hangs on system calls, opens or sockets although the base asks for nothing. */
export function checkBase(probes: readonly ProbeState[]): void {
  const left = probes.filter(({ name, state }) => state === 'attached' && !ALWAYS.has(name));
  if (left.length > 0) throw new Error(`still attached for the base: ${left.map(({ name }) => name).join(', ')}`);
}
