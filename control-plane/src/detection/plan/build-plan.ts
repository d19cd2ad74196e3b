import { createHash } from 'node:crypto';
import { DEFAULT_BUDGETS, KINDS, type ProbePlan } from '@picket/sdk';
import { compactPaths } from './compact-paths.ts';
import { BASE_NEEDS, type PlanNeeds, unionNeeds } from './needs.ts';
import { ALL_OPENS, ignoredOpens, type PlanSettings } from './settings.ts';

export interface BuiltPlan {
  readonly plan: ProbePlan;
  /** Paths of severe rules that found no room in the kernel's tables: floods may hide opens of them. */
  readonly unprotected: number;
}

/** The plan for all agents: what the parts of detection need, and what the administrator says. Same input, same plan. */
export function buildPlan(needs: readonly PlanNeeds[], settings: PlanSettings): BuiltPlan {
  const all = settings.trace === 'all';
  const needed = unionNeeds([BASE_NEEDS, ...needs]);
  const asked = compactPaths(all ? ALL_OPENS : needed.opens, [...needed.paths, ...ignoredOpens(settings)]);
  const contents: Omit<ProbePlan, 'revision'> = {
    kinds: inOrder(all ? KINDS.map((kind) => kind.name) : needed.kinds),
    calls: all || needed.calls === null ? null : needed.calls.toSorted((a, b) => a - b),
    histogram: all || needed.histogram,
    bigrams: all || needed.bigrams,
    opens: asked.opens,
    paths: asked.paths,
    ignoredPeers: settings.ignore.connects,
    mustSee: inOrder(needed.mustSee),
    budgets: sorted({ ...DEFAULT_BUDGETS, ...settings.budgets }),
    suppressMs: needed.repeats ? 0 : settings.suppress_ms,
  };
  return { plan: { revision: revisionOf(contents), ...contents }, unprotected: asked.unprotected };
}

const inOrder = (names: readonly string[]): string[] =>
  KINDS.map((kind) => kind.name).filter((name) => names.includes(name));

const sorted = (budgets: ProbePlan['budgets']): ProbePlan['budgets'] =>
  Object.fromEntries(Object.entries(budgets).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const revisionOf = (contents: object): string =>
  createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
