import type { BehaviourLifeStats } from './behaviour-life/behaviour-life.ts';
import { BEHAVIOUR_STAGES, type BehaviourProgram } from './detection/anomaly/engine/behaviour-program.ts';
import { type BehaviourStats, SCORE_BOUNDS } from './detection/anomaly/engine/engine-stats.ts';
import type { MetricSet } from './metric-set.ts';

export interface BehaviourMetricSources {
  readonly stats: () => BehaviourStats;
  readonly program: () => BehaviourProgram;
  /** Left out where no models are kept. */
  readonly life?: (() => BehaviourLifeStats) | undefined;
}

/** The metrics of learned behaviour. Workloads are not told one by one: their number has no end. */
export function addBehaviourMetrics(set: MetricSet, { stats, program }: BehaviourMetricSources): void {
  const counted = (
    name: string,
    help: string,
    label: string,
    of: (stats: BehaviourStats) => ReadonlyMap<unknown, number>,
  ) =>
    set.counter(name, help, [label], (metric) => {
      for (const [key, count] of of(stats())) metric.inc({ [label]: String(key) }, count);
    });
  counted(
    'picket_behaviour_windows_total',
    'Windows of containers that ended, by their length.',
    'seconds',
    (s) => s.windows,
  );
  set.counter('picket_behaviour_windows_scored_total', 'Windows that a model gave a score.', [], (metric) =>
    metric.inc(stats().scored),
  );
  set.counter('picket_behaviour_windows_learned_total', 'Windows that were learned from.', [], (metric) =>
    metric.inc(stats().learned),
  );
  counted(
    'picket_behaviour_windows_refused_total',
    'Windows that nothing was learned from, by reason.',
    'reason',
    (s) => s.refused,
  );
  counted(
    'picket_behaviour_findings_total',
    'Findings of learned behaviour, before grouping.',
    'rule',
    (s) => s.findings,
  );
  counted('picket_behaviour_held_total', 'What was strange and yet not told, by reason.', 'reason', (s) => s.held);
  counted(
    'picket_behaviour_failures_total',
    'Models, and batches, that behaviour failed on.',
    'what',
    (s) => s.failures,
  );
  counted('picket_behaviour_evicted_total', 'What was forgotten for want of room.', 'what', (s) => s.evicted);
  set.counter(
    'picket_behaviour_scores_total',
    'Windows by the stage of their workload and by score, -log10 p: those up to le.',
    ['stage', 'le'],
    (metric) => {
      for (const [stage, classes] of stats().scores) {
        let sum = 0;
        classes.forEach((count, i) => {
          sum += count;
          metric.inc({ stage, le: i < SCORE_BOUNDS.length ? String(SCORE_BOUNDS[i]) : '+Inf' }, sum);
        });
      }
    },
  );
  set.counter('picket_behaviour_seconds_total', 'Time that windows, scores and learning took.', [], (metric) =>
    metric.inc(stats().ns / 1e9),
  );
  set.gauge('picket_behaviour_keys', 'Workloads of which there is material here.', [], (metric) =>
    metric.set(stats().keys),
  );
  set.gauge('picket_behaviour_material_bytes', 'Memory of the material, about.', [], (metric) =>
    metric.set(stats().bytes),
  );
  set.gauge('picket_behaviour_workloads', 'Workloads with a model, by stage.', ['stage'], (metric) => {
    const { workloads } = program();
    for (const stage of BEHAVIOUR_STAGES)
      metric.set({ stage }, workloads.filter((workload) => workload.stage === stage).length);
  });
}
