import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import type { DetectorStats } from './detection/detectors/runtime-contract.ts';
import { liveDetector } from './detector-feed/testing/played-detectors.ts';
import { addDetectorMetrics } from './detector-metrics.ts';
import { MetricSet } from './metric-set.ts';

const stats = (versionId: string, more: Partial<DetectorStats> = {}): DetectorStats => ({
  ...{ versionId, name: 'opens', version: '1.2.3', owner: 'o', state: 'running', reason: undefined },
  ...{ events: 100, calls: 4, findings: 3, dropped: { findings: 1, logs: 0, proposals: 0 }, errors: 2, fuel: 5n },
  ...{ p50: 1_000_000, p99: 2_000_000, memoryBytes: 65536, instances: 1, traps: { DETECTOR_TRAP: 2 }, restarts: 1 },
  skipped: { queue: 9, fuel: 0, quarantine: 0, fault: 0, quota: 0, restart: 0 },
  ...{ queue: 7, quarantinedUntil: undefined, costShare: 0.5 },
  ...more,
});

const scrape = async (all: DetectorStats[]): Promise<string> => {
  const registry = new Registry();
  addDetectorMetrics(new MetricSet(registry), {
    stats: () => all,
    program: () => ({ revision: 1, detectors: [liveDetector({ versionId: 'a' })] }),
    hosts: () => ({ started: 3, alive: 1, ended: new Map([['exited', 2]]) }),
    unrecorded: () => 4,
  });
  return await registry.metrics();
};

it('tells each version by name, number and stage', async () => {
  const text = await scrape([stats('a', { quarantinedUntil: 1 }), stats('gone', { version: '1.0.0', traps: {} })]);
  const here = 'name="opens",version="1.2.3",stage="active"';
  for (const line of [
    `picket_detector_events_total{${here}} 100`,
    `picket_detector_findings_total{${here}} 3`,
    `picket_detector_faults_total{${here},code="DETECTOR_TRAP"} 2`,
    `picket_detector_skipped_total{${here},reason="queue"} 9`,
    `picket_detector_seconds{${here},quantile="0.99"} 0.002`,
    `picket_detector_memory_bytes{${here}} 65536`,
    `picket_detector_fuel_total{${here}} 5`,
    `picket_detector_quarantined{${here}} 1`,
    'picket_detector_quarantined{name="opens",version="1.0.0",stage="none"} 0',
    'picket_detector_hosts 1',
    'picket_detector_hosts_started_total 3',
    'picket_detector_hosts_ended_total{reason="exited"} 2',
    'picket_detector_unrecorded_total 4',
  ])
    expect(text).toContain(`${line}\n`);
});

it('adds up versions that bear one number, and has an end', async () => {
  expect(await scrape([stats('b'), stats('c')])).toContain('version="1.2.3",stage="none"} 200\n');
  const many = Array.from({ length: 1500 }, (_, i) => stats(`v${i}`, { version: `1.0.${i}` }));
  expect((await scrape(many)).match(/^picket_detector_events_total\{/gm)).toHaveLength(1000);
});
