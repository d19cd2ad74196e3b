import { Codec } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../detection/rules/load/load-rules.ts';
import { compileScript } from '../rule-tests/script/event-script.ts';
import type { Batch } from '../types.ts';
import { alertsOf, runRules } from './rule-run.ts';

const rules = loadRules([
  {
    name: 'r.yaml',
    text: `
- rule: Shadow read
  condition: evt.type = openat and fd.name = /etc/shadow
  output: read by %proc.name
  priority: Warning
`,
  },
]);

const batches = (): Batch[] =>
  compileScript({
    containers: {},
    events: [
      { 'process.exec': { pid: 100, path: '/bin/cat' } },
      { 'file.open': { pid: 100, path: '/etc/shadow', repeat: 5, every: '2s' } },
      { 'file.open': { pid: 100, path: '/etc/shadow', at: '+2m' } },
    ],
  });

describe('runRules', () => {
  it('tells every revision of every alert, grouped as in detection', async () => {
    const told: string[] = [];
    const counts = await runRules(rules, batches(), (alert) => told.push(`${alert.output} ${alert.count}`));
    expect(told).toEqual([1, 2, 3, 4, 5, 1].map((count) => `read by cat ${count}`));
    expect(counts).toMatchObject({ batches: 8, findings: 6, duplicates: 0, missing: 0 });
    expect(counts.refused.size + counts.failures.size).toBe(0);
  });

  it('is the same every time, and takes a stream', async () => {
    async function* stream() {
      yield* batches();
    }
    const first = await alertsOf(rules, stream());
    const second = await alertsOf(rules, batches());
    expect(first.alerts.map(({ count }) => count)).toEqual([5, 1]);
    expect(second.alerts).toEqual(first.alerts);
  });

  it('counts batches that can not be used and those that come twice, and goes on', async () => {
    const [first, second, ...rest] = batches() as [Batch, Batch, ...Batch[]];
    const damaged = { ...second, header: { ...second.header, codec: Codec.none, count: 7 } };
    const { counts, alerts } = await alertsOf(rules, [first, damaged, second, second, ...rest]);
    expect(Object.fromEntries(counts.refused)).toEqual({ BATCH_CORRUPT: 1 });
    expect(counts.duplicates).toBe(1);
    expect(alerts.map(({ count }) => count)).toEqual([5, 1]);
  });

  it('ends when it is told to, and with what the stream throws', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(alertsOf(rules, batches(), { signal: stop.signal })).rejects.toThrow('enough');
    // biome-ignore lint/correctness/useYield: it fails before
    async function* broken(): AsyncGenerator<Batch> {
      throw new Error('cut off');
    }
    await expect(alertsOf(rules, broken())).rejects.toThrow('cut off');
  });
});
