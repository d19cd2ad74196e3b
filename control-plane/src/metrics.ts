import { KINDS, namedLoss } from '@picket/sdk';
import type { RulesState } from '@picket/sdk/client';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { addBehaviourLifeMetrics } from './behaviour-life-metrics.ts';
import { addBehaviourMetrics, type BehaviourMetricSources } from './behaviour-metrics.ts';
import type { BusStats } from './bus/bus.ts';
import { addDetectorMetrics, type DetectorMetricSources } from './detector-metrics.ts';
import type { Heartbeats } from './heartbeats.ts';
import { MetricSet } from './metric-set.ts';
import type { DetectionWork } from './partition-work.ts';
import type { PlanSender, PlanState } from './plan/plan-sender.ts';

/** What the metrics are read from. */
export interface MetricSources {
  readonly work: DetectionWork;
  readonly heartbeats: Heartbeats;
  readonly plans: PlanSender;
  readonly bus: () => BusStats;
  /** Events on which a rule failed, by rule. */
  readonly ruleFailures: () => ReadonlyMap<string, number>;
  readonly rules: () => RulesState;
  /** Left out where no detectors of users run. */
  readonly detectors?: DetectorMetricSources | undefined;
  /** Left out where behaviour is not learned. */
  readonly behaviour?: BehaviourMetricSources | undefined;
}

/** The metrics of the control plane; read when they are scraped. See docs/reference/metrics.md. */
export function createMetrics(sources: MetricSources): Registry {
  const { work, heartbeats, plans, bus, ruleFailures, rules, detectors, behaviour } = sources;
  const registry = new Registry();
  const set = new MetricSet(registry);
  const counter: MetricSet['counter'] = (...args) => set.counter(...args);
  const gauge: MetricSet['gauge'] = (...args) => set.gauge(...args);
  collectDefaultMetrics({ register: registry });
  counter('picket_events_total', 'Event records applied, by kind.', ['kind'], (metric) => {
    const { kinds } = work.counts();
    for (const kind of KINDS) metric.inc({ kind: kind.name }, kinds[kind.id] ?? 0);
  });
  counter('picket_batches_total', 'Event batches applied.', [], (metric) => metric.inc(work.counts().batches));
  counter('picket_batches_duplicate_total', 'Batches that came again and were left out.', [], (metric) =>
    metric.inc(work.counts().duplicates),
  );
  counter('picket_events_missing_total', 'Records whose numbers never came.', [], (metric) =>
    metric.inc(work.counts().missing),
  );
  counter('picket_findings_total', 'Findings of detectors, before grouping into alerts.', [], (metric) =>
    metric.inc(work.counts().findings),
  );
  counter(
    'picket_detector_proposals_total',
    'Containments that detectors proposed; none is carried out.',
    [],
    (metric) => metric.inc(work.counts().proposals),
  );
  counter('picket_rule_findings_total', 'Findings of rules, before grouping into alerts.', ['rule'], (metric) => {
    for (const [rule, count] of work.counts().byRule) metric.inc({ rule }, count);
  });
  gauge('picket_rule_keys', 'Values of the "by" of a window or sequence that are kept.', ['rule'], (metric) => {
    for (const [rule, { keys }] of work.ruleMemory()) metric.set({ rule }, keys);
  });
  counter(
    'picket_rule_keys_evicted_total',
    'Values of the "by" of a window or sequence that were forgotten for want of room.',
    ['rule'],
    (metric) => {
      for (const [rule, { evicted }] of work.ruleMemory()) metric.inc({ rule }, evicted);
    },
  );
  counter('picket_rule_failures_total', 'Events on which a rule failed.', ['rule'], (metric) => {
    for (const [rule, count] of ruleFailures()) metric.inc({ rule }, count);
  });
  gauge(
    'picket_rules_revision',
    'Number of the change of the rules that runs here, and of the last one of all.',
    ['state'],
    (metric) => {
      const { revision, wanted } = rules();
      metric.set({ state: 'running' }, revision);
      metric.set({ state: 'wanted' }, wanted);
    },
  );
  gauge('picket_rules', 'Rules by what became of them.', ['state'], (metric) => {
    const { enabled, rules: loaded, errors } = rules();
    metric.set({ state: 'enabled' }, enabled);
    metric.set({ state: 'disabled' }, loaded - enabled);
    metric.set({ state: 'refused' }, errors);
  });
  counter('picket_batches_refused_total', 'Batches that could not be used, by error code.', ['code'], (metric) => {
    for (const [code, count] of work.counts().refused) metric.inc({ code }, count);
  });
  counter(
    'picket_stream_discarded_batches_total',
    'Batches that stream limits discarded before they were read, at most.',
    [],
    (metric) => metric.inc(work.counts().busLimit),
  );
  counter('picket_alerts_published_total', 'Alerts and their revisions that are on the bus.', [], (metric) =>
    metric.inc(bus().publisher.published),
  );
  counter(
    'picket_alerts_unnamed_total',
    'Alerts that stay without full metadata: their container did not become known in time.',
    [],
    (metric) => metric.inc(work.counts().unnamed),
  );
  counter(
    'picket_alerts_summarised_total',
    'Findings that are told in the summary of a storm alone, by rule.',
    ['rule'],
    (metric) => {
      for (const [rule, count] of work.counts().summarised) metric.inc({ rule }, count);
    },
  );
  counter(
    'picket_alert_groups_evicted_total',
    'Alerts that take in no more findings because too many were open.',
    [],
    (metric) => metric.inc(work.counts().groupsEvicted),
  );
  counter(
    'picket_incidents_evicted_total',
    'Incidents that take in no more alerts because too many were open.',
    [],
    (metric) => metric.inc(work.counts().incidentsEvicted),
  );
  gauge('picket_incidents_open', 'Incidents that alerts may still join.', [], (metric) =>
    metric.set(work.openIncidents()),
  );
  counter('picket_alerts_refused_total', 'Alerts that the bus will never take.', [], (metric) =>
    metric.inc(bus().publisher.refused),
  );
  gauge(
    'picket_node_events_lost',
    'Events lost on a node since its agent began, by kind and reason.',
    ['node', 'kind', 'reason'],
    (metric) => {
      for (const { node, losses } of work.nodes()) {
        for (const { kind, reason, count } of losses.map(namedLoss)) metric.set({ node, kind, reason }, count);
      }
    },
  );
  gauge('picket_node_processes', 'Living processes known on a node.', ['node'], (metric) => {
    for (const { node, processes } of work.states()) metric.set({ node }, processes.living);
  });
  gauge('picket_node_containers', 'Containers known to run on a node.', ['node'], (metric) => {
    for (const { node, containers } of work.states()) metric.set({ node }, containers.running);
  });
  gauge(
    'picket_node_processes_evicted',
    'Processes forgotten for want of room, living ones and such that had exited, since the state of the node began.',
    ['node', 'state'],
    (metric) => {
      for (const { node, processes } of work.states()) {
        metric.set({ node, state: 'living' }, processes.evictedLiving);
        metric.set({ node, state: 'exited' }, processes.evictedExited);
      }
    },
  );
  gauge(
    'picket_probe_attached',
    '1 for a probe that works on a node, 0 for one that does not.',
    ['node', 'probe'],
    (metric) => {
      for (const { node, probes } of heartbeats.nodes())
        for (const { name, state } of probes) metric.set({ node, probe: name }, state === 'attached' ? 1 : 0);
    },
  );
  gauge('picket_plan_nodes', 'Nodes heard of, by how far they are with the probe plan.', ['state'], (metric) => {
    const counts: Record<PlanState, number> = { current: 0, pending: 0, refused: 0 };
    for (const { node } of heartbeats.nodes()) counts[plans.stateOf(node)?.state ?? 'pending']++;
    for (const [state, count] of Object.entries(counts)) metric.set({ state }, count);
  });
  counter('picket_heartbeats_refused_total', 'Heartbeats that could not be read.', [], (metric) =>
    metric.inc(heartbeats.refused),
  );
  gauge('picket_partition_pending', 'Batches waiting in the stream, by partition.', ['partition'], (metric) => {
    for (const { partition, pending } of bus().partitions) metric.set({ partition: String(partition) }, pending);
  });
  gauge('picket_bus_connected', '1 while the bus is reachable.', [], (metric) => metric.set(bus().connected ? 1 : 0));
  if (detectors) addDetectorMetrics(set, detectors);
  if (behaviour) addBehaviourMetrics(set, behaviour);
  if (behaviour?.life) addBehaviourLifeMetrics(set, behaviour.life);
  return registry;
}
