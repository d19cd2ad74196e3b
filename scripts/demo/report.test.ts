import { Alert } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Arrival } from './alert-watch.ts';
import { describeArrival, LEAST_RULES, summarize, verdict } from './report.ts';

const arrival = (rule: string, ms = 12): Arrival => ({
  at: 1000 + ms,
  eventAt: 1000,
  alert: Alert.parse({
    uuid: '6ba7b810-9dad-51d1-80b4-00c04fd430c8',
    revision: 1,
    time: '2026-01-02T03:04:05.678Z',
    rule,
    priority: 'Warning',
    output: 'the output',
    source: 'syscall',
    hostname: 'node-1',
    tags: [],
    output_fields: {},
    detector: { kind: 'rule', id: 'x', version: '1' },
    container: null,
    process: null,
    workload: null,
    mitre: [],
    evidence: { events: [], lost: [], metadata: 'complete' },
    count: 1,
    first_seen: '2026-01-02T03:04:05.678Z',
    last_seen: '2026-01-02T03:04:05.678Z',
    incident: null,
  }),
});
const outcome = (title: string, ...arrivals: Arrival[]) => ({
  act: { title, run: async () => ({ code: 0, stdout: '', stderr: '' }) },
  arrivals,
});

describe('the report of the demo', () => {
  it('shows an alert with its latency', () => {
    expect(describeArrival(arrival('Shell'))[0]).toMatch(/Shell · host node-1 · after 12 ms$/);
  });

  it('shows for each act the rules and the fastest alert', () => {
    const lines = summarize([outcome('one act', arrival('A', 30), arrival('B', 7), arrival('A', 9)), outcome('two')]);
    expect(lines).toEqual(['act      ms  alerts', '-------  --  ------', 'one act   7  A, B', 'two       -  nothing']);
  });
});

describe('the verdict', () => {
  const rules = (count: number) => Array.from({ length: count }, (_, i) => outcome(`act ${i}`, arrival(`rule ${i}`)));
  it('is good with enough different rules and silence before', () => {
    expect(verdict(rules(LEAST_RULES), []).ok).toBe(true);
  });
  it('is bad with too few, with the same rule again and again, and with noise', () => {
    expect(verdict(rules(LEAST_RULES - 1), []).ok).toBe(false);
    expect(
      verdict(
        Array.from({ length: 20 }, () => outcome('act', arrival('same'))),
        [],
      ).ok,
    ).toBe(false);
    const noisy = verdict(rules(LEAST_RULES), [arrival('noise')]);
    expect(noisy).toEqual({
      ok: false,
      text: '8 of 8 acts raised an alert, 8 rules fired, alerts from ordinary work: 1',
    });
  });
});
