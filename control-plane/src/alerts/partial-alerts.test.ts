import { Alert, type Alert as AlertDocument, ContainerFlag, HeaderFlag } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import { ControlPlaneError } from '../errors.ts';
import type { Container, Finding, RetellOutput } from '../types.ts';
import { AlertStage } from './alert-stage.ts';
import { batchAt, container, finding, openAt, process, view } from './testing/events.ts';

const NAMELESS = { name: '', image: '', podName: '', podNamespace: '', podUid: '', workload: '' };
const nameless = (more: Partial<Container> = {}) => container({ ...NAMELESS, flags: ContainerFlag.partial, ...more });

/** Says the name of the container in place of every field. */
const retell: RetellOutput = (template, fields, { name }, time) => ({
  output: template.map((part) => (typeof part === 'string' ? part : name)).join(''),
  fields: { ...fields, 'container.name': name, time: String(time) },
});
const speaking = (more: Partial<Finding> = {}) =>
  finding({
    output: 'read in <NA>',
    fields: { 'container.name': null },
    template: ['read in ', { field: 'container.name' }],
    ...more,
  });

interface Step {
  readonly at: number;
  /** What is known of the container of the findings. */
  readonly of?: Container;
  readonly findings?: readonly Finding[];
  readonly told?: readonly Container[];
  readonly header?: Parameters<typeof batchAt>[1];
  readonly event?: Record<string, number | bigint>;
}

const makeStage = () => new AlertStage({ retell, alertsPerMinute: 1000 });

function play(stage: AlertStage, { at, of, findings = [], told = [], header, event }: Step): AlertDocument[] {
  const batch = batchAt(at, header);
  const seen = view({ process: process(), ...(of && { container: of }) });
  stage.begin(batch);
  findings.forEach((found, i) => {
    stage.add(found, openAt(at, at * 1000 + i, { cgroup: 1234, ...event }), seen, batch);
  });
  stage.end(batch, new Set(told));
  return stage.take();
}

const first = { at: 10, of: nameless(), findings: [speaking()] };
const brief = (alerts: AlertDocument[]) =>
  alerts.map(({ revision, count, container, evidence }) => [
    revision,
    count,
    container?.name ?? null,
    evidence.metadata,
  ]);

describe('an alert whose container was not known', () => {
  test('is told again with names, workload and output when it is', () => {
    const stage = makeStage();
    const [before] = play(stage, first);
    expect(before).toMatchObject({
      output: 'read in <NA>',
      container: { name: null, image: null },
      workload: null,
      evidence: { metadata: 'partial' },
    });
    const published = JSON.stringify(before);
    const [after, ...more] = play(stage, { at: 11, told: [container()] });
    expect(more).toEqual([]);
    expect(after).toEqual({
      ...before,
      revision: 2,
      output: 'read in web',
      output_fields: { 'container.name': 'web', time: '1700000010000000000' },
      container: { ...before?.container, name: 'web', image: 'docker.io/library/nginx:1.27' },
      workload: { kind: 'Deployment', name: 'web', namespace: 'shop', pod: 'web-0', pod_uid: 'uid-1' },
      process: { ...before?.process, entry: 'unknown' },
      evidence: { ...before?.evidence, metadata: 'complete' },
    });
    expect(() => Alert.parse(after)).not.toThrow();
    expect(JSON.stringify(before)).toBe(published);
    expect(play(stage, { at: 12, told: [container({ name: 'other' })] })).toEqual([]);
  });

  test('goes on to count with its names', () => {
    const stage = makeStage();
    play(stage, first);
    play(stage, { at: 11, told: [container()] });
    expect(brief(play(stage, { at: 20, of: container(), findings: [speaking()] }))).toEqual([
      [3, 2, 'web', 'complete'],
    ]);
  });

  test('tells counts that wait together with the names', () => {
    const stage = makeStage();
    play(stage, first);
    expect(play(stage, { ...first, at: 10.5 })).toEqual([]);
    expect(brief(play(stage, { at: 10.6, told: [container()] }))).toEqual([[3, 2, 'web', 'complete']]);
  });

  test('is told in the batch that brings the names, also without a group', () => {
    const of = container();
    const told = play(makeStage(), {
      at: 10,
      of: nameless(),
      findings: [speaking({ groupKey: '' }), speaking()],
      told: [of],
    });
    expect(brief(told)).toEqual([
      [1, 1, null, 'partial'],
      [1, 1, null, 'partial'],
      [2, 1, 'web', 'complete'],
      [2, 1, 'web', 'complete'],
    ]);
  });

  test('keeps its output when that does not speak of the container', () => {
    const stage = makeStage();
    play(stage, { ...first, findings: [finding()] });
    const [after] = play(stage, { at: 11, told: [container()] });
    expect(after).toMatchObject({ output: 'a secret was read', output_fields: finding().fields });
  });

  test('stays partial when nothing comes, and is counted', () => {
    const stage = makeStage();
    play(stage, first);
    for (const at of [30, 69, 71, 130]) expect(play(stage, { at })).toEqual([]);
    expect(stage.stats.unnamed).toBe(0);
    play(stage, { at: 141 });
    expect(stage.stats.unnamed).toBe(1);
  });

  test('takes names within 60 s of its last event, also when its group is closed', () => {
    for (const [at, expected] of [
      [119, [[3, 2, 'web', 'complete']]],
      [120.1, []],
    ] as const) {
      const stage = makeStage();
      play(stage, first);
      play(stage, { ...first, at: 60 });
      play(stage, { at: 80 });
      expect(brief(play(stage, { at, told: [container()] }))).toEqual(expected);
    }
  });

  test('takes names when the container has stopped before', () => {
    const stage = makeStage();
    play(stage, first);
    expect(brief(play(stage, { at: 12, told: [container({ stopped: 11e9 })] }))).toEqual([[2, 1, 'web', 'complete']]);
  });

  test('takes what is known so far, and the rest later', () => {
    const stage = makeStage();
    play(stage, first);
    const steps = [
      nameless({ name: 'web', workload: 'web' }),
      nameless({ name: 'web', workload: 'web', ip: '10.1.1.1' }),
      nameless({ name: 'web2', workload: 'web' }),
      container({ image: '' }),
    ];
    expect(steps.map((told, i) => brief(play(stage, { at: 11 + i, told: [told] })))).toEqual([
      [[2, 1, 'web', 'partial']],
      [],
      [],
      [[3, 1, 'web', 'complete']],
    ]);
  });
});

describe('which container', () => {
  test('every alert of it is told again, those of others are not', () => {
    const stage = makeStage();
    const findings = [speaking({ groupKey: 'a' }), speaking({ groupKey: 'b' })];
    const [a, b] = play(stage, { at: 10, of: nameless(), findings });
    const other = nameless({ slot: 4, cgroup: '77', id: 'd'.repeat(64) });
    const [c] = play(stage, { at: 10, of: other, findings: [speaking({ groupKey: 'c' })] });
    expect(play(stage, { at: 11, told: [container()] }).map(({ uuid }) => uuid)).toEqual([a?.uuid, b?.uuid]);
    const named = container({ slot: 4, cgroup: '77', id: 'd'.repeat(64) });
    expect(play(stage, { at: 11, told: [named] }).map(({ uuid }) => uuid)).toEqual([c?.uuid]);
  });

  test.each([
    ['of another node', { at: 11, told: [container()], header: { node: 'node-b' } }],
    ['of another boot', { at: 11, told: [container()], header: { bootId: new Uint8Array(16) } }],
    ['that uses its cgroup after it', { at: 11, told: [container({ slot: 5, id: 'e'.repeat(64) })] }],
    ['with its slot but another cgroup', { at: 11, told: [container({ cgroup: '55' })] }],
  ])('one %s is not meant', (_, step) => {
    const stage = makeStage();
    play(stage, first);
    expect(play(stage, step)).toEqual([]);
  });

  test('is the same after a restart of the agent, in another slot', () => {
    const stage = makeStage();
    play(stage, first);
    const [after] = play(stage, { at: 11, told: [container({ slot: 1 })], header: { agentEpoch: 8n } });
    expect(after).toMatchObject({ revision: 2, container: { name: 'web', slot: 1 } });
  });

  test('that had no record yet is found by its slot in the same run, or by its cgroup', () => {
    const nested = { at: 10, findings: [speaking()], event: { cgroup: 99 } };
    const stages = [makeStage(), makeStage(), makeStage()] as const;
    for (const stage of stages.slice(0, 2)) expect(play(stage, nested)[0]?.container).toBeNull();
    expect(brief(play(stages[0], { at: 11, told: [container()] }))).toEqual([[2, 1, 'web', 'complete']]);
    expect(play(stages[1], { at: 11, told: [container()], header: { agentEpoch: 8n } })).toEqual([]);
    play(stages[2], { at: 10, findings: [speaking()], event: { slot: 0, generation: 0 } });
    const [after] = play(stages[2], { at: 11, told: [container()] });
    expect(after).toMatchObject({ revision: 2, container: { name: 'web' }, process: { entry: 'unknown' } });
  });

  test('a process of the host waits for none', () => {
    const stage = makeStage();
    play(stage, { at: 10, findings: [speaking()], event: { slot: 0, generation: 0, flags: HeaderFlag.host } });
    expect(play(stage, { at: 11, told: [container()] })).toEqual([]);
    play(stage, { at: 300 });
    expect(stage.stats.unnamed).toBe(0);
  });
});

describe('a checkpoint', () => {
  const restored = (stage: AlertStage) => {
    const next = makeStage();
    next.restore(stage.snapshot());
    return next;
  };

  /** Containers that become known 0 to 90 s after their alerts, which come again meanwhile. */
  function replay(crash: (step: number) => boolean): AlertDocument[] {
    let stage = makeStage();
    const out: AlertDocument[] = [];
    for (let i = 0; i < 300; i++) {
      const n = (i * 7) % 13;
      const who = { slot: n + 1, cgroup: String(n), id: String(n).padEnd(64, 'f') };
      const known = i > 40 + n * 18;
      const of = known ? container(who) : nameless(who);
      const groupKey = i % 11 === 0 ? '' : `k${n}`;
      out.push(...play(stage, { at: i, of, findings: [speaking({ groupKey })], told: i % 2 === 0 ? [of] : [] }));
      if (crash(i)) stage = restored(stage);
    }
    return out;
  }

  test('gives the same alerts as without it', () => {
    const whole = replay(() => false);
    const partial = new Set(whole.filter((alert) => alert.evidence.metadata === 'partial').map(({ uuid }) => uuid));
    const named = whole.filter((alert) => alert.evidence.metadata === 'complete' && partial.has(alert.uuid));
    expect(named.length).toBeGreaterThan(20);
    expect(replay((i) => i % 5 === 0)).toEqual(whole);
    expect(replay(() => true)).toEqual(whole);
  });

  test.each([
    ['open', 11],
    ['closed', 75],
  ])('between an alert and the names keeps it, the group being %s', (_, at) => {
    const stage = makeStage();
    const [before] = play(stage, { ...first, findings: [speaking()] });
    play(stage, { ...first, at: 20 });
    play(stage, { at: at - 0.5 });
    const [after] = play(restored(stage), { at, told: [container()] });
    expect(after).toMatchObject({ uuid: before?.uuid, revision: 3, count: 2, output: 'read in web' });
  });

  test('without partial alerts, of an earlier version, is taken', () => {
    const stage = makeStage();
    stage.restore(new TextEncoder().encode('{"version":1,"groups":[],"losses":[]}'));
    expect(play(stage, first)).toHaveLength(1);
  });

  test('with an alert that is nowhere is refused', () => {
    const partial = [{ node: 'node-a', container: 'x', group: 'gone', since: 0 }];
    const bytes = new TextEncoder().encode(JSON.stringify({ version: 1, groups: [], losses: [], partial }));
    expect(() => makeStage().restore(bytes)).toThrow(ControlPlaneError);
    expect(() => makeStage().restore(bytes)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
  });
});

describe('bounds', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => speaking({ groupKey: `k${i}` }));

  test('the oldest of a container make room for its newest', () => {
    const stage = makeStage();
    play(stage, { ...first, findings: many(300) });
    expect(stage.stats.unnamed).toBe(44);
    const told = play(stage, { at: 11, told: [container()] });
    expect(told).toHaveLength(256);
  });

  test('a node has an upper bound too', () => {
    const stage = makeStage();
    for (let n = 0; n < 5; n++) {
      const of = nameless({ slot: n + 1, cgroup: String(n), id: String(n).repeat(64) });
      play(stage, { at: 10 + n, of, findings: many(256).map((f, i) => ({ ...f, groupKey: `${n}.${i}` })) });
    }
    expect(stage.stats.unnamed).toBe(256);
    const told = Array.from({ length: 5 }, (_, n) =>
      container({ slot: n + 1, cgroup: String(n), id: String(n).repeat(64) }),
    );
    expect(play(stage, { at: 20, told }).filter(({ evidence }) => evidence.metadata === 'complete')).toHaveLength(1024);
  });
});
