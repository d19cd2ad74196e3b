import { Alert, type Alert as AlertDocument } from '@picket/sdk';
import { expect, test } from 'vitest';
import type { Finding } from '../../types.ts';
import { AlertStage, type AlertStageOptions } from '../alert-stage.ts';
import { batchAt, container, finding, openAt, process, view } from '../testing/events.ts';

// What a stage publishes when a container raises findings of ever new kinds.

const web = view({ process: process(), container: container() });
const db = view({ process: process(), container: container({ slot: 4, cgroup: '99', id: 'beef'.padEnd(64, '0') }) });

interface Storm {
  readonly from: number;
  readonly seconds: number;
  readonly count: number;
  readonly of?: (i: number) => Partial<Finding>;
  /** Called between two batches. */
  readonly between?: (stage: AlertStage) => AlertStage;
}

/** Findings at even distances, 100 to a batch; answers with all that is published. */
function storm(stage: AlertStage, { from, seconds, count, of = ownKey, between = (same) => same }: Storm) {
  const out: AlertDocument[] = [];
  let at = stage;
  for (let i = 0; i < count; i += 100) {
    const second = (n: number) => from + (seconds * n) / count;
    const batch = batchAt(second(i + 99));
    at.begin(batch);
    for (let n = i; n < Math.min(count, i + 100); n++)
      at.add(finding(of(n)), openAt(second(n), from * 1e6 + n), web, batch);
    at.end(batch);
    out.push(...at.take());
    at = between(at);
  }
  const end = batchAt(from + seconds + 200);
  at.begin(end);
  at.end(end);
  return [...out, ...at.take()];
}

const ownKey = (i: number) => ({ groupKey: `file ${i}`, output: `file ${i} was read` });

/** The last revision of each alert. */
function last(alerts: AlertDocument[]): AlertDocument[] {
  const newest = new Map<string, AlertDocument>();
  for (const alert of alerts)
    if ((newest.get(alert.uuid)?.revision ?? 0) < alert.revision) newest.set(alert.uuid, alert);
  return [...newest.values()];
}

test('beyond the limit findings are told in one alert, with their number, times and some of them', () => {
  const stage = new AlertStage();
  const published = storm(stage, { from: 100, seconds: 50, count: 5000 });
  const alerts = last(published);
  expect(alerts).toHaveLength(31);
  const [summary] = alerts.filter((alert) => alert.summary);
  expect(summary).toMatchObject({
    count: 4970,
    priority: 'Warning',
    rule: 'Read of a secret file',
    first_seen: alerts[30]?.time,
    summary: { limit: 30, samples: Array.from({ length: 10 }, (_, i) => `file ${30 + i} was read`) },
    output:
      '4970 more findings of rule "Read of a secret file" within a minute, put together; ' +
      'for example: file 30 was read | file 31 was read | file 32 was read',
  });
  expect(summary?.last_seen).toBe('2023-11-14T22:15:49.990000000Z');
  expect(() => Alert.parse(summary)).not.toThrow();
  expect(new Set(alerts.map(({ incident }) => incident)).size).toBe(1);
  expect(published.length).toBeLessThanOrEqual(30 + 52);
  expect(stage.stats).toMatchObject({ findings: 5000, alerts: 31, evicted: 0 });
  expect([...stage.stats.summarised]).toEqual([['Read of a secret file', 4970]]);
});

test('every finding is counted once, whatever the limit and the speed', () => {
  for (const [alertsPerMinute, seconds] of [
    [1, 10],
    [30, 400],
    [7, 119],
    [100_000, 30],
  ] as const) {
    const alerts = last(storm(new AlertStage({ alertsPerMinute }), { from: 10, seconds, count: 3000 }));
    expect(alerts.reduce((sum, { count }) => sum + count, 0)).toBe(3000);
    expect(alerts.length).toBeLessThanOrEqual(Math.min(3000, (alertsPerMinute + 1) * Math.ceil(seconds / 60)));
  }
});

test('findings that are alerts of their own are bounded too', () => {
  const alerts = last(storm(new AlertStage(), { from: 10, seconds: 10, count: 1000, of: () => ({ groupKey: '' }) }));
  expect(alerts).toHaveLength(31);
  expect(alerts.find((alert) => alert.summary)?.count).toBe(970);
});

test('a storm hides neither another rule, nor another container, nor what is told already', () => {
  const stage = new AlertStage();
  const batch = batchAt(20);
  stage.begin(batch);
  const add = (sequence: number, key: string, seen = web, id = 'read-secrets') =>
    stage.add(
      finding({ groupKey: key, rule: id, detector: { kind: 'rule', id, version: '1' } }),
      openAt(20, sequence),
      seen,
      batch,
    );
  add(1, 'known');
  for (let i = 0; i < 500; i++) add(10 + i, `file ${i}`);
  stage.take();
  add(1000, 'first', web, 'escape');
  add(1001, 'first', db);
  expect(stage.take().map(({ rule, container: where, count }) => [rule, where?.id, count])).toEqual([
    ['escape', 'c0ffee000000', 1],
    ['read-secrets', 'beef00000000', 1],
  ]);
  add(1002, 'known');
  stage.flush();
  expect(stage.take().map(({ count, summary }) => [count, summary !== undefined])).toEqual(
    expect.arrayContaining([
      [2, false],
      [471, true],
    ]),
  );
});

test('the same is published after a crash in the middle', () => {
  const crash = (stage: AlertStage) => {
    const next = new AlertStage(OPTIONS);
    next.restore(stage.snapshot());
    return next;
  };
  const OPTIONS: AlertStageOptions = { alertsPerMinute: 5 };
  const plan = { from: 50, seconds: 300, count: 2000 };
  const whole = storm(new AlertStage(OPTIONS), plan);
  expect(whole.filter((alert) => alert.summary).length).toBeGreaterThan(100);
  expect(storm(new AlertStage(OPTIONS), { ...plan, between: crash })).toEqual(whole);
});

test('what was published does not change while the summary goes on', () => {
  const stage = new AlertStage({ alertsPerMinute: 1 });
  const batch = batchAt(10);
  stage.begin(batch);
  const add = (n: number) => stage.add(finding(ownKey(n)), openAt(10 + n, n), web, batch);
  for (const n of [1, 2]) add(n);
  const [, summary] = stage.take();
  const before = JSON.stringify(summary);
  for (const n of [3, 4, 5]) add(n);
  expect(JSON.stringify(summary)).toBe(before);
  expect(stage.take().at(-1)?.count).toBe(4);
});

test('a long output is cut in the samples', () => {
  const of = (i: number) => ({ groupKey: `k${i}`, output: `${i} ${'💥'.repeat(500)}` });
  const alerts = storm(new AlertStage({ alertsPerMinute: 1 }), { from: 10, seconds: 1, count: 3, of });
  for (const sample of alerts.at(-1)?.summary?.samples ?? [''])
    expect([sample.length <= 200, sample.isWellFormed(), sample.endsWith('…')]).toEqual([true, true, true]);
});

test('a rule says how long its findings are one alert, and a finding how many events it is', () => {
  const stage = new AlertStage();
  const at = (seconds: number, overrides: Partial<Finding>) => {
    const batch = batchAt(seconds);
    stage.begin(batch);
    stage.add(finding(overrides), openAt(seconds, seconds), web, batch);
    stage.end(batch);
    return stage.take().map(({ revision, count }) => [revision, count]);
  };
  const day = { groupKey: 'day', cooldownMs: 86_400_000 };
  const short = { groupKey: 'short', cooldownMs: 5000 };
  expect(at(10, day)).toEqual([[1, 1]]);
  expect(at(11, { ...short, count: 12 })).toEqual([[1, 12]]);
  expect(at(16, { ...short, count: 3 })).toEqual([[2, 15]]);
  expect(at(17, short)).toEqual([[1, 1]]);
  expect(at(80_000, day)).toEqual([[2, 2]]);
  expect(at(86_411, day)).toEqual([[1, 1]]);
});
