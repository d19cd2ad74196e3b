import { FULL_PLAN } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Mode } from './collector-modes.ts';
import { collectorReport, type Run } from './collector-report.ts';
import { WORKLOADS } from './collector-workloads.ts';

const ALL: Mode = { name: 'all', plan: FULL_PLAN, tellsAll: true };

function runOf(name: string, round: number, ns: number, base: number, more: Partial<Run> = {}): Run {
  const workload = WORKLOADS.find((each) => each.name === name) ?? WORKLOADS[0];
  if (!workload) throw new Error('no load');
  return {
    ...{ workload, mode: ALL, round, ns, cpuNs: ns, base: { ns: base, cpuNs: base }, agentNs: 1e6 },
    ...{ made: 0, told: 0, suppressed: 0, lost: [] },
    ...more,
  };
}

/** Three rounds; in the last one the machine was twice as slow. */
const RUNS = WORKLOADS.flatMap(({ name }) =>
  [1, 1, 2].map((slow, round) => {
    const [ns, base] = name === 'open+close' ? [300, 100] : [1000, 900];
    return runOf(name, round, ns * slow, base * slow);
  }),
);

describe('collectorReport', () => {
  it('takes the median of the ratios, and the first two loads together as sums', () => {
    const { result } = collectorReport(RUNS, [ALL], 3);
    const ratios = result.ratios as Record<string, { falco: number; all: { time: number } }>;
    expect(ratios['open+close']).toMatchObject({ falco: 2.35, all: { time: 3, cpu: 3 } });
    expect(ratios['both together']).toMatchObject({ falco: 1.54, all: { time: 1.3 } });
  });

  it('balances what was made against what was told, merged and lost, over all rounds', () => {
    const books = { made: 100, told: 60, suppressed: 20, lost: [['file.open ring_full', 15] as const] };
    const runs = [0, 1].map((round) => runOf('open+close', round, 300, 100, books));
    const { result, tables } = collectorReport([...RUNS, ...runs], [ALL], 3);
    const book = (result.books as { load: string }[]).find(({ load }) => load === 'open+close');
    expect(book).toMatchObject({ made: 200, told: 120, suppressed: 40, lost: 30, unaccounted: 10 });
    expect(tables[1]?.flat()).toContain('file.open ring_full 30');
  });
});
