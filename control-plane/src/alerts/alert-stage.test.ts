import { Alert, type Alert as AlertDocument, encodeRecord, Kind, LossReason } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import { ControlPlaneError } from '../errors.ts';
import { AlertStage } from './alert-stage.ts';
import { batchAt, container, finding, openAt, process, view } from './testing/events.ts';

const seen = view({ process: process(), container: container() });

/** One batch with a finding at each of the given seconds; answers with what is published. */
function run(
  stage: AlertStage,
  watermark: number,
  seconds: number[],
  options: { node?: string; lost?: number; key?: string } = {},
): AlertDocument[] {
  const losses = options.lost
    ? [{ kind: Kind.FileOpen, reason: LossReason.ringFull, count: BigInt(options.lost) }]
    : [];
  const batch = batchAt(watermark, { node: options.node ?? 'node-a', losses });
  stage.begin(batch);
  for (const at of seconds) {
    const found = options.key === undefined ? finding() : finding({ groupKey: options.key });
    stage.add(found, openAt(at, Math.round(at * 1000)), { ...seen, node: options.node ?? 'node-a' }, batch);
  }
  stage.end(batch);
  return stage.take();
}

const brief = (alerts: AlertDocument[]) => alerts.map((a) => [a.revision, a.count]);

describe('grouping', () => {
  test('equal findings within the cooldown are one alert that counts', () => {
    const stage = new AlertStage();
    const first = run(stage, 10, [10]);
    const second = run(stage, 20, [20]);
    expect(brief([...first, ...second])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(second[0]?.uuid).toBe(first[0]?.uuid);
    expect(second[0]?.time).toBe(first[0]?.time);
    expect(second[0]?.first_seen).toBe(first[0]?.time);
    expect(second[0]?.last_seen).toBe('2023-11-14T22:13:40.000000000Z');
    expect(second[0]?.evidence.events).toHaveLength(2);
    expect(() => Alert.parse(second[0])).not.toThrow();
  });

  test('after the cooldown the same finding is a new alert', () => {
    const stage = new AlertStage();
    const [first] = run(stage, 10, [10]);
    const [edge] = run(stage, 70, [70]);
    const [next] = run(stage, 71, [70.001]);
    expect(edge?.uuid).toBe(first?.uuid);
    expect(next?.uuid).not.toBe(first?.uuid);
    expect(next?.count).toBe(1);
  });

  test('without a group key every event is an alert of its own', () => {
    const alerts = run(new AlertStage(), 12, [10, 11, 12], { key: '' });
    expect(brief(alerts)).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(new Set(alerts.map((a) => a.uuid)).size).toBe(3);
  });

  test('an event that comes late joins its alert and moves its first time', () => {
    const stage = new AlertStage();
    run(stage, 10, [10]);
    const [late] = run(stage, 12, [8]);
    expect(late?.first_seen).toBe('2023-11-14T22:13:28.000000000Z');
    expect(late?.last_seen).toBe('2023-11-14T22:13:30.000000000Z');
    expect(late?.time).toBe('2023-11-14T22:13:30.000000000Z');
  });

  test('nodes, detectors and versions do not share an alert', () => {
    const stage = new AlertStage();
    const a = run(stage, 10, [10]);
    const b = run(stage, 10, [10], { node: 'node-b' });
    expect(a[0]?.uuid).not.toBe(b[0]?.uuid);
    const batch = batchAt(11);
    stage.add(finding({ detector: { kind: 'rule', id: 'read-secrets', version: '2' } }), openAt(11, 5), seen, batch);
    expect(brief(stage.take())).toEqual([[1, 1]]);
  });

  test('a published alert does not change when the group goes on', () => {
    const stage = new AlertStage();
    const [first] = run(stage, 10, [10]);
    const before = JSON.stringify(first);
    run(stage, 20, [11, 12, 13]);
    expect(JSON.stringify(first)).toBe(before);
  });
});

describe('publication', () => {
  test('goes out at once, then once a second, and the last revision always', () => {
    const stage = new AlertStage();
    expect(brief(run(stage, 10.5, [10, 10.1, 10.2, 10.5]))).toEqual([[1, 1]]);
    expect(brief(run(stage, 10.9, []))).toEqual([]);
    expect(brief(run(stage, 11.2, [11.1]))).toEqual([[5, 5]]);
    expect(brief(run(stage, 11.5, [11.4]))).toEqual([]);
    expect(brief(run(stage, 80, []))).toEqual([[6, 6]]);
    expect(brief(run(stage, 200, []))).toEqual([]);
  });

  test('flush hands out what waits, once, and changes no count', () => {
    const stage = new AlertStage();
    run(stage, 10, [10, 10.1]);
    stage.flush();
    expect(brief(stage.take())).toEqual([[2, 2]]);
    stage.flush();
    expect(stage.take()).toEqual([]);
    expect(brief(run(stage, 10.4, [10.3]))).toEqual([]);
  });

  test('the end of the cooldown of one node does not depend on the clock of another', () => {
    const stage = new AlertStage();
    const [first] = run(stage, 10, [10]);
    run(stage, 9000, [9000], { node: 'node-b' });
    const [second] = run(stage, 12, [12]);
    expect(second?.uuid).toBe(first?.uuid);
  });
});

describe('losses of single containers', () => {
  const throttled = (count: bigint) => ({ kind: Kind.FileOpen, reason: LossReason.throttled, count });
  const batch = (seconds: number, slot: number, lost: number, more: number) => ({
    ...batchAt(seconds, { losses: [throttled(BigInt(lost))] }),
    records: encodeRecord(
      Kind.SensorLoss,
      { slot, generation: 1 },
      { lost_kind: Kind.FileOpen, reason: LossReason.throttled, count: more },
    ),
  });

  test('are told in the alerts of that container alone, also at the end of an alert', () => {
    const stage = new AlertStage();
    const first = batch(10, 3, 5, 5);
    stage.begin(first);
    stage.add(finding({ groupKey: 'mine' }), openAt(10, 1), seen, first);
    stage.add(finding({ groupKey: 'other' }), openAt(10, 2, { slot: 4 }), seen, first);
    stage.end(first);
    expect(stage.take().map(({ evidence }) => evidence.lost)).toEqual([
      [{ kind: 'file.open', reason: 'throttled', count: 5 }],
      [],
    ]);
    const later = batch(20, 4, 9, 4);
    stage.begin(later);
    stage.end(later);
    const restored = new AlertStage();
    restored.restore(stage.snapshot());
    const end = { ...batchAt(75, { losses: [throttled(9n)] }) };
    restored.begin(end);
    restored.end(end);
    expect(restored.take().map(({ revision, evidence }) => [revision, evidence.lost])).toEqual([
      [2, [{ kind: 'file.open', reason: 'throttled', count: 4 }]],
    ]);
  });

  test('are all told in an alert that several containers share', () => {
    const stage = new AlertStage();
    const first = batch(10, 3, 5, 5);
    stage.begin(first);
    stage.add(finding(), openAt(10, 1, { slot: 4 }), seen, first);
    stage.add(finding(), openAt(10, 2, { slot: 7 }), seen, first);
    stage.end(first);
    stage.flush();
    expect(stage.take().at(-1)?.evidence.lost).toEqual([{ kind: 'file.open', reason: 'throttled', count: 5 }]);
  });
});

describe('losses', () => {
  test('are told with the first revision and grow with later ones', () => {
    const stage = new AlertStage();
    const [first] = run(stage, 10, [10], { lost: 3 });
    expect(first?.evidence.lost).toEqual([{ kind: 'file.open', reason: 'ring_full', count: 3 }]);
    const [second] = run(stage, 20, [20], { lost: 10 });
    expect(second?.evidence.lost).toEqual([{ kind: 'file.open', reason: 'ring_full', count: 10 }]);
  });

  test('that become known after the last event come with a last revision', () => {
    const stage = new AlertStage();
    run(stage, 10, [10]);
    expect(run(stage, 30, [], { lost: 4 })).toEqual([]);
    const [last] = run(stage, 71, [], { lost: 4 });
    expect(last).toMatchObject({ revision: 2, count: 1, evidence: { lost: [{ count: 4 }] } });
  });
});

describe('bounds', () => {
  test('the oldest group of the busiest node makes room, is published and counted', () => {
    const stage = new AlertStage({ max: 3 });
    run(stage, 1, [1], { node: 'quiet', key: 'q' });
    run(stage, 2, [2, 2.1], { key: 'a' });
    run(stage, 3, [3], { key: 'b' });
    const out = run(stage, 3.5, [3.2], { key: 'c' });
    expect(brief(out)).toEqual([[1, 1]]);
    expect(stage.stats).toMatchObject({ findings: 5, alerts: 4, evicted: 1 });
    // The group of the quiet node is still there.
    expect(brief(run(stage, 5, [5], { node: 'quiet', key: 'q' }))).toEqual([[2, 2]]);
    expect(brief(run(stage, 5, [4], { key: 'a' }))).toEqual([[1, 1]]);
  });

  test('a pending count of an evicted group is not lost', () => {
    const stage = new AlertStage({ max: 1 });
    run(stage, 2, [2, 2.1, 2.2], { key: 'a' });
    expect(brief(run(stage, 2.5, [2.3], { key: 'b' }))).toEqual([
      [3, 3],
      [1, 1],
    ]);
  });

  test('a group of the future does not keep others open', () => {
    const stage = new AlertStage();
    run(stage, 10, [5000], { key: 'future' });
    run(stage, 10, [10, 10.1], { key: 'now' });
    expect(brief(run(stage, 200, []))).toEqual([[2, 2]]);
    expect(brief(run(stage, 201, [9], { key: 'now' }))).toEqual([[1, 1]]);
  });
});

describe('checkpoint', () => {
  /** A long, mixed stream; the stage is replaced by a restored one whenever `crash` says so. */
  function replay(crash: (step: number) => boolean): AlertDocument[] {
    let stage = new AlertStage({ max: 6 });
    const out: AlertDocument[] = [];
    for (let i = 0; i < 400; i++) {
      const node = i % 3 === 0 ? 'node-b' : 'node-a';
      const second = i * 1.7;
      out.push(...run(stage, second, [second - (i % 4), second], { node, lost: (i >> 4) + 1, key: `k${(i * 7) % 9}` }));
      if (!crash(i)) continue;
      const state = stage.snapshot();
      stage = new AlertStage({ max: 6 });
      stage.restore(state);
    }
    stage.flush();
    return [...out, ...stage.take()];
  }

  test('alerts are the same with and without crashes', () => {
    const whole = replay(() => false);
    expect(whole.length).toBeGreaterThan(200);
    expect(replay((i) => i % 5 === 0)).toEqual(whole);
    expect(replay(() => true)).toEqual(whole);
  });

  test('a pending count goes out after a restore', () => {
    const stage = new AlertStage();
    run(stage, 10, [10, 10.1]);
    const next = new AlertStage();
    next.restore(stage.snapshot());
    expect(brief(run(next, 12, []))).toEqual([[2, 2]]);
  });

  test.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['not UTF-8', new Uint8Array([0xff, 0xfe])],
    ['of another version', new TextEncoder().encode('{"version":2,"groups":[],"losses":[]}')],
    ['of another shape', new TextEncoder().encode('{"version":1,"groups":[{}],"losses":[]}')],
  ])('a state that is %s is refused and leaves the stage as it was', (_, bytes) => {
    const stage = new AlertStage();
    run(stage, 10, [10]);
    const restore = () => stage.restore(bytes);
    expect(restore).toThrow(ControlPlaneError);
    expect(restore).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
    expect(brief(run(stage, 20, [20]))).toEqual([[2, 2]]);
  });
});
