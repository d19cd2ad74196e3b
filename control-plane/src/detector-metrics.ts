import type { DetectorProgram, LiveDetector } from './detection/detectors/live-detector.ts';
import type { DetectorStats } from './detection/detectors/runtime-contract.ts';
import type { HostCounts } from './detector-feed/counted-hosts.ts';
import type { MetricSet } from './metric-set.ts';

export interface DetectorMetricSources {
  readonly stats: () => readonly DetectorStats[];
  readonly program: () => DetectorProgram;
  readonly hosts: () => HostCounts;
  /** Findings that could not be kept beside the alerts. */
  readonly unrecorded: () => number;
}

/** Versions that are told one by one: those of the program, of which there are no more than this. */
const MOST = 1000;
const LABELS = ['name', 'version', 'stage'] as const;
type Label = (typeof LABELS)[number];
type Labels = Record<Label, string>;

/**
 * The metrics of detectors of users. Two versions with the same number are told together. Names, versions and stages are those of the program, so there
 * is an end to them.
 */
export function addDetectorMetrics(set: MetricSet, { stats, program, hosts, unrecorded }: DetectorMetricSources): void {
  const each = (tell: (labels: Labels, stats: DetectorStats) => void) => {
    const live = new Map(program().detectors.map((detector) => [detector.versionId, detector]));
    for (const one of stats().slice(0, MOST)) tell(labelsOf(one, live.get(one.versionId)), one);
  };
  set.counter('picket_detector_events_total', 'Records given to a detector.', [...LABELS], (metric) =>
    each((labels, { events }) => metric.inc(labels, events)),
  );
  set.counter('picket_detector_findings_total', 'Findings of a detector, recorded ones too.', [...LABELS], (metric) =>
    each((labels, { findings }) => metric.inc(labels, findings)),
  );
  set.counter(
    'picket_detector_dropped_total',
    'Findings, log lines and proposals of a detector beyond a limit.',
    [...LABELS, 'what'],
    (metric) =>
      each((labels, { dropped }) => {
        for (const [what, count] of Object.entries(dropped)) metric.inc({ ...labels, what }, count);
      }),
  );
  set.counter('picket_detector_errors_total', 'Calls that a detector ended with an error.', [...LABELS], (metric) =>
    each((labels, { errors }) => metric.inc(labels, errors)),
  );
  set.counter(
    'picket_detector_faults_total',
    'Faults that ended an instance, by code.',
    [...LABELS, 'code'],
    (metric) =>
      each((labels, { traps }) => {
        for (const [code, count] of Object.entries(traps)) metric.inc({ ...labels, code }, count);
      }),
  );
  set.counter(
    'picket_detector_skipped_total',
    'Records that a detector should have seen and did not, by reason.',
    [...LABELS, 'reason'],
    (metric) =>
      each((labels, { skipped }) => {
        for (const [reason, count] of Object.entries(skipped)) metric.inc({ ...labels, reason }, count);
      }),
  );
  set.counter('picket_detector_fuel_total', 'Fuel that a detector has used.', [...LABELS], (metric) =>
    each((labels, { fuel }) => metric.inc(labels, Number(fuel))),
  );
  set.counter(
    'picket_detector_restarts_total',
    'Instances put back from a snapshot because their process was gone.',
    [...LABELS],
    (metric) => each((labels, { restarts }) => metric.inc(labels, restarts)),
  );
  addGauges(set, each);
  set.gauge('picket_detector_hosts', 'Host processes of detectors that are alive.', [], (metric) =>
    metric.set(hosts().alive),
  );
  set.counter('picket_detector_hosts_started_total', 'Host processes of detectors that were started.', [], (metric) =>
    metric.inc(hosts().started),
  );
  set.counter(
    'picket_detector_hosts_ended_total',
    'Host processes of detectors that have ended, by reason; each but "stopped" is followed by another one.',
    ['reason'],
    (metric) => {
      for (const [reason, count] of hosts().ended) metric.inc({ reason }, count);
    },
  );
  set.counter(
    'picket_detector_unrecorded_total',
    'Findings of detectors in shadow or canary that could not be kept.',
    [],
    (metric) => metric.inc(unrecorded()),
  );
}

function addGauges(set: MetricSet, each: (tell: (labels: Labels, stats: DetectorStats) => void) => void): void {
  set.gauge(
    'picket_detector_seconds',
    'Time of one call of a detector, by quantile.',
    [...LABELS, 'quantile'],
    (metric) =>
      each((labels, { p50, p99 }) => {
        metric.set({ ...labels, quantile: '0.5' }, p50 / 1e9);
        metric.set({ ...labels, quantile: '0.99' }, p99 / 1e9);
      }),
  );
  set.gauge('picket_detector_memory_bytes', 'Memory of the instances of a detector.', [...LABELS], (metric) =>
    each((labels, { memoryBytes }) => metric.inc(labels, memoryBytes)),
  );
  set.gauge('picket_detector_queue', 'Records that wait for a detector.', [...LABELS], (metric) =>
    each((labels, { queue }) => metric.inc(labels, queue)),
  );
  set.gauge('picket_detector_quarantined', '1 while a detector is quarantined.', [...LABELS], (metric) =>
    each((labels, { quarantinedUntil }) => metric.inc(labels, quarantinedUntil === undefined ? 0 : 1)),
  );
  set.gauge(
    'picket_detector_cost_share',
    'Share of a detector in the time of all detectors, 0 to 1.',
    [...LABELS],
    (metric) => each((labels, { costShare }) => metric.inc(labels, costShare)),
  );
}

const labelsOf = ({ name, version }: DetectorStats, live: LiveDetector | undefined): Labels => ({
  name,
  version,
  stage: live?.stage ?? 'none',
});
