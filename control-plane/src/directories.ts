import { LossReason, namedLoss, type ProbePlan, partitionOf } from '@picket/sdk';
import type { ContainerInfo, NodeInfo, NodePlanInfo, RuleInfo, RuleProblem } from '@picket/sdk/client';
import { containerInfo } from './api/directory/container-info.ts';
import type { ContainerDirectory, NodeDirectory, RuleDirectory } from './api/directory/directories.ts';
import type { Rule } from './detection/rules/load/rule.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { NodeSummary } from './node-summary.ts';
import { tokenOf } from './node-token.ts';
import type { DetectionWork } from './partition-work.ts';
import type { PlanSender } from './plan/plan-sender.ts';
import type { ActiveRules } from './rule-sets/active-rules.ts';
import type { RuleLayers } from './rule-sets/rule-layers.ts';

/** What runs now, told from the memory of detection. */
export const containerDirectory = (work: DetectionWork): ContainerDirectory => ({
  list: (): ContainerInfo[] => work.containers().map(({ node, container }) => containerInfo(node, container)),
});

/** The wanted plan and who brings it to the nodes. */
export interface Plans {
  readonly wanted: () => ProbePlan;
  readonly sender: PlanSender;
}

/** Nodes that sent events, and those that have only been heard of. */
export function nodeDirectory(work: DetectionWork, heartbeats: Heartbeats, plans: Plans): NodeDirectory {
  return {
    list(): NodeInfo[] {
      const containers = new Map<string, number>();
      for (const { node, container } of work.containers()) {
        if (container.stopped === 0) containers.set(node, (containers.get(node) ?? 0) + 1);
      }
      const known = work.nodes();
      const names = new Set(known.map(({ node }) => node));
      const silent = heartbeats.nodes().filter(({ node }) => !names.has(node));
      const rows = [...known, ...silent.map(({ node, agentEpoch }) => unheard(node, agentEpoch))];
      return rows.map((row) => ({
        ...nodeInfo(row, heartbeats.online(row.node), containers.get(row.node) ?? 0),
        ...planInfo(row.node, plans),
      }));
    },
  };
}

function planInfo(node: string, { wanted, sender }: Plans): { plan?: NodePlanInfo } {
  const found = sender.stateOf(node);
  if (!found) return {};
  const { state, current = null, error } = found;
  const why = error ? { error: { code: error.code, message: error.message } } : {};
  return { plan: { state, wanted: wanted().revision, current, ...why } };
}

const unheard = (node: string, epoch: string): NodeSummary => ({
  node,
  bootId: '',
  agentEpoch: /^\d{1,18}$/.test(epoch) ? BigInt(epoch) : 0n,
  events: 0,
  lastEvent: 0,
  losses: [],
});

function nodeInfo(summary: NodeSummary, online: boolean, containers: number): NodeInfo {
  return {
    node: summary.node,
    partition: partitionOf(tokenOf(summary.node)),
    boot_id: summary.bootId || null,
    agent_started: isoTime(Number(summary.agentEpoch)),
    last_seen: isoTime(summary.lastEvent),
    online,
    containers,
    events: summary.events,
    lost: summary.losses.filter(({ reason }) => reason !== LossReason.suppressed).map(namedLoss),
  };
}

const isoTime = (ms: number): string | null => (ms > 0 && ms < Date.UTC(10_000, 0) ? new Date(ms).toISOString() : null);

/** The loaded rules and what is wrong with the others. */
export const ruleDirectory = (active: ActiveRules): RuleDirectory => ({
  list: (): RuleInfo[] =>
    active.loaded().rules.map((rule) => ({
      rule: rule.name,
      description: rule.description,
      priority: rule.priority,
      source: 'syscall',
      tags: [...rule.tags],
      mitre: [...rule.mitre],
      enabled: rule.enabled,
      file: rule.position.file,
      line: rule.position.line,
      id: rule.id,
      version: rule.version,
      metadata: metadataOf(rule),
      ...changesOf(rule, active.program.layers),
    })),
  problems: (): RuleProblem[] =>
    active.loaded().problems.map(({ severity: _, rule, ...problem }) => ({ ...problem, rule: rule ?? null })),
});

const metadataOf = ({ metadata: { maturity, references, noise, tuning } }: Rule): RuleInfo['metadata'] => ({
  maturity: maturity ?? null,
  references: [...references],
  expected_noise: noise ?? null,
  how_to_tune: tuning ?? null,
});

/** What lies over the files of the server in a rule. */
function changesOf({ name, position }: Rule, { set, overrides, exceptions }: RuleLayers) {
  const override = overrides.find(({ rule }) => rule === name);
  return {
    set: set?.files.some((file) => file.name === position.file) ? set.id : null,
    override: override ? { enabled: override.enabled, priority: override.priority, reason: override.reason } : null,
    exceptions: exceptions
      .filter(({ rule }) => rule === name)
      .map(({ id, owner, expires }) => ({ id, owner, expires: isoTime(expires ?? 0) })),
  };
}
