import type { BehaviourLifeStats } from './behaviour-life/behaviour-life.ts';
import type { MetricSet } from './metric-set.ts';

/** The metrics of the life of models: what was taken in, trained, and left out. */
export function addBehaviourLifeMetrics(set: MetricSet, stats: () => BehaviourLifeStats): void {
  set.counter(
    'picket_behaviour_material_total',
    'Materials of partitions, by what became of them.',
    ['what'],
    (metric) => {
      const { written, same, refused } = stats().material;
      metric.inc({ what: 'written' }, written);
      metric.inc({ what: 'same' }, same);
      for (const [reason, count] of Object.entries(refused)) metric.inc({ what: `refused-${reason}` }, count);
    },
  );
  set.counter('picket_behaviour_trainings_total', 'Trainings here, by what came of them.', ['outcome'], (metric) => {
    const { used, waiting, failed, dropped } = stats().trainer;
    for (const [outcome, count] of Object.entries({ used, waiting, failed, dropped })) metric.inc({ outcome }, count);
  });
  set.counter('picket_behaviour_training_seconds_total', 'Time that trainings took.', [], (metric) =>
    metric.inc(stats().trainer.ms / 1000),
  );
  set.gauge(
    'picket_behaviour_workloads_left_out',
    'Workloads with a model that are not scored here.',
    ['why'],
    (metric) => {
      const { leftOut, damaged } = stats().state;
      metric.set({ why: 'room' }, leftOut);
      metric.set({ why: 'damaged' }, damaged);
    },
  );
  set.counter(
    'picket_behaviour_workloads_removed_total',
    'Workloads that were forgotten for want of room.',
    [],
    (metric) => metric.inc(stats().removed),
  );
  set.gauge(
    'picket_behaviour_revision',
    'The last change of models, and the one that is scored by here.',
    ['which'],
    (metric) => {
      const { revision, wanted } = stats().state;
      metric.set({ which: 'current' }, revision);
      metric.set({ which: 'wanted' }, wanted);
    },
  );
}
