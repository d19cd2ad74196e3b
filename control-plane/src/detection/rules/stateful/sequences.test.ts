import { Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import type { Finding, NodeView } from '../../../types.ts';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';
import type { Baseline, BaselineAnswer } from './baseline.ts';

const SECOND = 1_000_000_000;
const CREATE = 0o101;

const sequence = (steps: readonly string[], by = 'container', output = 'o', more = '') => `
- rule: R
  desc: d
  output: "${output}"
  priority: Notice
${more}  sequence:
    by: ${by}
    within: 10s
    steps:
${steps.map((step) => `      - ${step}\n`).join('')}`;

function nodeWith(text: string, baseline?: Baseline): Scenario {
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const node = new Scenario(load, { baseline });
  node.container();
  for (const pid of [200, 201]) node.exec(pid, { path: '/bin/tool' });
  return node;
}

/** Plays opens of these files at these seconds; the seconds at which something was found. */
function play(node: Scenario, ...events: readonly (readonly [second: number, file: string, pid?: number])[]): number[] {
  return events.flatMap(([second, file, pid = 200]) => {
    node.time = second * SECOND;
    return node.open(pid, file).map(() => second);
  });
}

const open = (file: string) => `condition: evt.type = openat and fd.name = ${file}`;
const not = (file: string) => `not: evt.type = openat and fd.name = ${file}`;

describe('a sequence', () => {
  const abc = sequence([open('/a'), open('/b'), open('/c')]);

  it('is found when all of it has come, in its order and time', () => {
    expect(play(nodeWith(abc), [1, '/a'], [2, '/b'], [3, '/c'])).toEqual([3]);
    expect(play(nodeWith(abc), [1, '/a'], [2, '/x'], [2.5, '/b'], [11, '/c'])).toEqual([11]);
    expect(play(nodeWith(abc), [1, '/a'], [2, '/b'], [11.001, '/c'])).toEqual([]);
    expect(play(nodeWith(abc), [1, '/b'], [2, '/a'], [3, '/c'])).toEqual([]);
  });

  it('begins with the newest event that can begin it', () => {
    expect(play(nodeWith(abc), [1, '/a'], [9, '/a'], [10, '/b'], [18, '/c'])).toEqual([18]);
    expect(play(nodeWith(abc), [1, '/a'], [2, '/b'], [9, '/a'], [12, '/c'], [13, '/b'], [14, '/c'])).toEqual([14]);
  });

  it('begins anew when it was found', () => {
    expect(play(nodeWith(abc), [1, '/a'], [2, '/b'], [3, '/c'], [4, '/c'], [5, '/b'], [6, '/c'])).toEqual([3]);
  });

  it('takes one event as one step', () => {
    const twice = sequence([open('/a'), open('/a')]);
    expect(play(nodeWith(twice), [1, '/a'], [2, '/a'], [3, '/a'], [4, '/a'])).toEqual([2, 4]);
  });

  it('has what it is joined by apart', () => {
    const text = sequence([open('/a'), open('/b')], 'process');
    expect(play(nodeWith(text), [1, '/a', 200], [2, '/b', 201])).toEqual([]);
    expect(play(nodeWith(text), [1, '/a', 200], [2, '/a', 201], [3, '/b', 201])).toEqual([3]);
  });
});

describe('what a sequence is joined by', () => {
  const downloaded = sequence(
    ['condition: evt.is_open_create = true', '{condition: evt.type = execve, by: [container, proc.exepath]}'],
    '[container, fd.name]',
    '%proc.exepath by %step1.proc.cmdline, %step1.proc.tty',
  );
  const create = (node: Scenario, file: string) => node.open(200, file, CREATE, { file_flags: 32 });

  it('may be another field in each step', () => {
    const node = nodeWith(downloaded);
    expect(create(node, '/tmp/x')).toEqual([]);
    expect(node.exec(300, { path: '/tmp/y' })).toEqual([]);
    expect(node.exec(301, { path: '/tmp/x' })).toMatchObject([
      { output: '/tmp/x by tool, 0', fields: { 'step1.proc.cmdline': 'tool', 'proc.exepath': '/tmp/x' } },
    ]);
  });

  it('tells a long value from one that only begins alike', () => {
    const node = nodeWith(downloaded);
    const long = `/tmp/${'x'.repeat(300)}`;
    create(node, `${long}1`);
    expect(node.exec(300, { path: `${long}2` })).toEqual([]);
    expect(node.exec(301, { path: `${long}1` })).toHaveLength(1);
  });

  it('is the session, also of what a shell runs', () => {
    const node = nodeWith(sequence([open('/a'), open('/b')], 'session'));
    for (const [pid, sid] of [
      [300, 300],
      [301, 300],
      [400, 400],
    ] as const)
      node.exec(pid, { path: '/bin/sh', more: { sid, vsid: sid } });
    expect(play(node, [2, '/a', 300], [3, '/b', 400], [4, '/b', 301])).toEqual([4]);
  });
});

describe('what must not come', () => {
  it('in between ends what was begun', () => {
    const text = sequence([open('/a'), not('/x'), open('/b')]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/b'])).toEqual([2]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/x'], [3, '/b'])).toEqual([]);
    expect(play(nodeWith(text), [1, '/x'], [2, '/a'], [3, '/b'])).toEqual([3]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/x'], [3, '/a'], [4, '/b'])).toEqual([4]);
  });

  it('holds only between its neighbours', () => {
    const text = sequence([open('/a'), open('/b'), not('/x'), open('/c')]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/x'], [3, '/b'], [4, '/c'])).toEqual([4]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/b'], [3, '/x'], [4, '/c'])).toEqual([]);
    expect(play(nodeWith(text), [1, '/a'], [2, '/b'], [3, '/x'], [4, '/b'], [5, '/c'])).toEqual([5]);
  });

  it('at the end is waited for until the time is over', () => {
    const text = sequence([open('/a'), not('/x')]);
    expect(play(nodeWith(text), [1, '/a'], [10, '/-'], [11, '/-'], [11.1, '/-'])).toEqual([11.1]);
    expect(play(nodeWith(text), [1, '/a'], [11, '/x'], [20, '/-'])).toEqual([]);
    expect(play(nodeWith(text), [1, '/a'], [11.5, '/x'], [20, '/-'])).toEqual([11.5]);
    expect(play(nodeWith(text), [1, '/a'], [5, '/a'], [11.1, '/-'], [15.1, '/-'], [30, '/-'])).toEqual([11.1]);
  });

  it('at the end: the finding is of the event before, as it was then', () => {
    const node = nodeWith(
      sequence([open('/a'), open('/b'), not('/x')], 'container', '%proc.name %fd.name %step1.fd.name'),
    );
    play(node, [1, '/a'], [2, '/b']);
    node.time = 30 * SECOND;
    const [finding] = node.exec(200, { path: '/bin/other' });
    expect(finding).toMatchObject({ output: 'tool /b /a', since: 1_700_000_001_000_001_000n });
  });
});

describe('the order of events', () => {
  const text = sequence([open('/a'), 'condition: evt.type = execve'], 'container', '%fd.name');

  it('is that of their times, not of their arrival', () => {
    const node = nodeWith(text);
    const started = node.encode(Kind.ProcessExec, { tgid: 300, syscall: 59, time: 9000 * 1000 }, { path: '/bin/x' });
    const opened = node.encode(Kind.FileOpen, { tgid: 200, syscall: 257, time: 8000 * 1000 }, { path: '/a', count: 1 });
    expect(node.play(new Uint8Array(Buffer.concat([started, opened])))).toHaveLength(1);
  });

  it('is waited for: what is younger than the watermark is looked at later', () => {
    const node = nodeWith(text);
    const at = (seconds: number) => ({ time: seconds * SECOND });
    node.time = 5 * SECOND;
    expect(node.exec(300, { header: at(9) })).toEqual([]);
    expect(node.open(200, '/a', 0, {}, at(8))).toEqual([]);
    node.time = 9 * SECOND;
    expect(node.open(200, '/-')).toHaveLength(1);
  });
});

it('a rule that fails on an event does not keep others from theirs', () => {
  const text =
    sequence([open('/a'), open('/b')], 'container', '%proc.name') +
    sequence([open('/a'), open('/b')]).replace('rule: R', 'rule: S');
  const node = nodeWith(text);
  const view: NodeView = {
    node: 'n',
    processOf: () => {
      throw new Error('no tree');
    },
    containerOf: () => undefined,
    entryOf: () => undefined,
  };
  const opened = ['/a', '/b'].map((path) =>
    node.encode(Kind.FileOpen, { tgid: 200, syscall: 257, cgroup: 5 }, { path, count: 1 }),
  );
  expect(opened.flatMap((record) => node.play(record, view)).map(({ rule }) => rule)).toEqual(['S']);
  expect([...node.engine.failures]).toEqual([['R', 1]]);
});

describe('a baseline', () => {
  const answering = (answer: BaselineAnswer) => {
    const asked: unknown[] = [];
    const knows: Baseline['knows'] = (rule, container, values) => {
      asked.push([rule.name, container?.name, ...values]);
      return answer;
    };
    return { asked, baseline: { knows } };
  };
  const simple = (use: string) =>
    `- {rule: R, desc: d, condition: evt.type = openat, output: o, priority: Notice, group_by: [proc.exepath, fd.sip], baseline: ${use}}\n`;
  const found = (text: string, baseline?: Baseline): Finding[] => nodeWith(text, baseline).open(200, '/b');

  it.each([
    ['required', 'known', 0],
    ['required', 'learning', 0],
    ['required', 'new', 1],
    ['optional', 'known', 0],
    ['optional', 'learning', 1],
    ['optional', 'new', 1],
  ] as const)('%s and %s', (use, answer, count) => {
    const { asked, baseline } = answering(answer);
    expect(found(simple(use), baseline)).toHaveLength(count);
    expect(asked).toEqual([['R', 'shop', '/bin/tool', '']]);
  });

  it('that is not there lets only optional ones find something', () => {
    expect(found(simple('required'))).toEqual([]);
    expect(found(simple('optional'))).toHaveLength(1);
  });

  it('keeps what is new for one container apart from what is for another', () => {
    const node = nodeWith(simple('required'), answering('new').baseline);
    const keys = [901, 902].map((cgroup) => node.open(200, '/b', 0, {}, { slot: cgroup - 899, cgroup })[0]?.groupKey);
    expect(new Set(keys).size).toBe(2);
  });

  it('is asked about the last event of a sequence', () => {
    const text = sequence([open('/a'), open('/b')], 'container', 'o', '  baseline: required\n  group_by: fd.name\n');
    const { asked, baseline } = answering('new');
    expect(play(nodeWith(text, baseline), [1, '/a'], [2, '/b'])).toEqual([2]);
    expect(asked).toEqual([['R', 'shop', '/b']]);
  });
});
