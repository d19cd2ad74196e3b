import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../types.ts';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

const SECOND = 1_000_000_000;

const rule = (keys: string, condition = 'evt.type = connect', output = 'o') =>
  `- rule: R\n  desc: d\n  condition: ${condition}\n  output: "${output}"\n  priority: Notice\n  ${keys}\n`;

/** A node with a container and a program in it. */
function nodeWith(text: string): Scenario {
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const node = new Scenario(load);
  node.container();
  node.exec(200, { path: '/bin/tool' });
  node.exec(201, { path: '/bin/tool' });
  return node;
}

/** Connects at these seconds, and for each whether the rule matched. */
const play = (node: Scenario, seconds: readonly number[], more: Record<string, number> = {}): boolean[] =>
  seconds.map((second) => {
    node.time = second * SECOND;
    return node.connect(200, '10.0.0.1', 80, {}, more).length > 0;
  });

describe('a window of events', () => {
  const five = 'window: {count: true, over: 10s, at_least: 3}';

  it('matches with the event that fills it', () => {
    expect(play(nodeWith(rule(five)), [10, 11, 12])).toEqual([false, false, true]);
  });

  it('lets go of what is as old as the window is long', () => {
    expect(play(nodeWith(rule(five)), [10, 15, 20])).toEqual([false, false, false]);
    expect(play(nodeWith(rule(five)), [10, 15, 19.999])).toEqual([false, false, true]);
  });

  it('is silent for its own length, then matches again while it is full', () => {
    const seconds = [10, 11, 12, 13, 20, 22, 22.5, 23];
    expect(play(nodeWith(rule(five)), seconds)).toEqual([false, false, true, false, false, false, true, false]);
  });

  it('is silent for the cooldown', () => {
    const node = nodeWith(rule(`${five}\n  cooldown: 1s`));
    expect(play(node, [10, 11, 12, 12.5, 13.5, 14])).toEqual([false, false, true, false, true, false]);
  });

  it('takes events that come out of order', () => {
    expect(play(nodeWith(rule(five)), [12, 10, 11])).toEqual([false, false, true]);
    expect(play(nodeWith(rule(five)), [30, 12, 11])).toEqual([false, false, false]);
  });

  it('counts a record as many events as it stands for', () => {
    expect(play(nodeWith(rule(five)), [10], { count: 3 })).toEqual([true]);
    expect(play(nodeWith(rule('window: {rate: 2/s, over: 10s}')), [10, 11], { count: 10 })).toEqual([false, true]);
  });

  it('has others apart, and what the condition does not meet out', () => {
    const node = nodeWith(
      rule('window: {count: true, by: process, over: 10s, at_least: 3}', 'evt.type = connect and fd.sport = 80'),
    );
    node.time = SECOND;
    const sent = [200, 201, 200, 201].map((pid) => node.connect(pid, '10.0.0.1', 80).length);
    expect([...sent, node.connect(200, '10.0.0.1', 81).length]).toEqual([0, 0, 0, 0, 0]);
    expect(node.connect(200, '10.0.0.1', 80)).toHaveLength(1);
  });

  it('tells the whole window', () => {
    const output = '%window.count since %window.first by %proc.name, %window.keys';
    const node = nodeWith(rule(five, 'evt.type = connect', output));
    node.time = 10 * SECOND - 1000;
    node.connect(200, '10.0.0.1', 80);
    const [finding] = node.connect(200, '10.0.0.1', 80, {}, { count: 7 });
    expect(finding).toMatchObject({
      output: '8 since 2023-11-14T22:13:30.000Z by tool, <NA>',
      fields: { 'window.count': 8, 'proc.name': 'tool' },
      count: 8,
      since: 1_700_000_010_000_000_000n,
    });
  });
});

describe('a window of different values', () => {
  const ports = 'window: {count_distinct: fd.sport, by: [container.id, fd.sip], over: 10s, at_least: 20}';
  const scan = (node: Scenario, from: number, count: number, ip = '10.0.0.1'): Finding[] =>
    Array.from({ length: count }, (_, i) => node.connect(200, ip, from + i)).flat();

  it('matches at exactly as many, however often each comes', () => {
    const node = nodeWith(rule(ports, 'evt.type = connect', '%fd.sip %window.count: %window.keys'));
    for (let i = 0; i < 5; i++) expect(scan(node, 1, 19)).toEqual([]);
    const [finding, ...others] = scan(node, 20, 30);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ output: '10.0.0.1 20: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10', count: 96 });
  });

  it('has addresses apart, and ends with the window', () => {
    const node = nodeWith(rule(ports));
    expect([...scan(node, 1, 19), ...scan(node, 20, 19, '10.0.0.2')]).toEqual([]);
    node.time += 10 * SECOND;
    expect(scan(node, 20, 19)).toEqual([]);
  });

  it('has containers apart whose id is not known yet', () => {
    const node = nodeWith(rule(ports));
    const from = (cgroup: number, port: number) => node.connect(200, '10.0.0.1', port, { slot: 0, cgroup });
    for (let i = 0; i < 19; i++) expect([...from(1, i), ...from(2, 100 + i)]).toEqual([]);
    expect([from(1, 19).length, from(3, 20).length]).toEqual([1, 0]);
  });
});

describe('a sum', () => {
  it('matches when it is reached', () => {
    const node = nodeWith(
      rule('window: {sum: fd.num, over: 10s, at_least: 12}', 'evt.type = connect', '%window.count'),
    );
    const found = [5, 4, 3].map((fd) => node.connect(200, '10.0.0.1', 80, {}, { fd }));
    expect(found.map((findings) => findings.length)).toEqual([0, 0, 1]);
    expect(found[2]?.[0]).toMatchObject({ output: '12', count: 3 });
  });
});

describe('groups and cooldowns', () => {
  it('are those of the rule, and by themselves those of the window', () => {
    const keyOf = (keys: string, pid = 200): string | undefined => {
      const node = nodeWith(rule(keys));
      return node.connect(pid, '10.0.0.1', 80)[0]?.groupKey;
    };
    expect(keyOf('group_by: proc.exepath')).toBe('R|9:/bin/tool');
    expect(keyOf('group_by: [proc.exepath, fd.cip]', 7)).toBe('R|0:|8:10.0.0.9');
    const one = 'window: {count: true, by: [fd.sip, fd.sport], over: 1s, at_least: 1}';
    expect(keyOf(one)).toBe('R|8:10.0.0.1|2:80');
    expect(keyOf(`${one}\n  group_by: node`)).toBe('R|0:');
    expect(nodeWith(rule('cooldown: 5m')).connect(200, '10.0.0.1', 80)).toMatchObject([{ cooldownMs: 300_000 }]);
  });
});

describe('a flood of values', () => {
  it('in one container does not make the rule forget another', () => {
    const node = nodeWith(rule('window: {count: true, by: [container, fd.sport], over: 1h, at_least: 2}'));
    const quiet = () => node.connect(9, '10.0.0.1', 1, { slot: 0, cgroup: 77 });
    expect(quiet()).toEqual([]);
    for (let i = 0; i < 3000; i++) node.connect(200, '10.0.0.1', 1 + i);
    expect(quiet()).toHaveLength(1);
    expect(node.memory.counts().get('R')).toEqual({ keys: 1025, evicted: 3000 - 1024 });
  });
});
