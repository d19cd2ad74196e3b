import { HeaderFlag, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { NodeState } from './node-state.ts';

const SECOND = 1_000_000_000;
const SNAPSHOT = HeaderFlag.snapshot | HeaderFlag.synthetic;

let node: Scenario;
const process = (pid: number, start = pid * 1000) => node.state.processes.find(pid, start);
/** The process that an open by a pid at a time belongs to. */
const openedBy = (pid: number, time: number, header: Record<string, number> = {}) => {
  const record = node.encode(Kind.FileOpen, { tgid: pid, time, ...header }, { path: '/etc/hosts' });
  return node.state.processOf(node.at(record));
};

beforeEach(() => {
  node = new Scenario();
});

describe('exec', () => {
  it('keeps what the record says', () => {
    node.exec(200, {
      path: '/usr/bin/curl',
      args: ['curl', '-s', 'http://x'],
      header: { uid: 33 },
      more: { env: ['LD_PRELOAD=/x.so'], tty: 34816, cap_effective: 3n, exe_flags: 1, cwd: '/srv', vpid: 12 },
    });
    expect(process(200)).toMatchObject({
      name: 'curl',
      exepath: '/usr/bin/curl',
      args: ['curl', '-s', 'http://x'],
      env: ['LD_PRELOAD=/x.so'],
      tty: 34816,
      uid: 33,
      vpid: 12,
      capEffective: 3n,
      exeFlags: 1,
      cwd: '/srv',
      slot: 1,
    });
  });

  it('replaces the program of an existing process and keeps its place in the tree', () => {
    node.exec(200, { path: '/bin/sh' });
    node.fork(201, 200);
    node.exec(201, { path: '/bin/ls', ppid: 200 });
    node.exec(200, { path: '/bin/cat', args: ['cat'] });
    expect(process(200)).toMatchObject({ exepath: '/bin/cat', args: ['cat'] });
    expect(process(201)?.parent).toBe(process(200));
    expect(node.state.processes.size).toBe(2);
  });

  it('finds the parent of an unknown process by pid and start', () => {
    node.exec(200, { path: '/bin/sh' });
    node.exec(300, { path: '/bin/ls', ppid: 200 });
    node.exec(301, { path: '/bin/ls', ppid: 200, more: { parent_start: 77 } });
    expect(process(300)?.parent).toBe(process(200));
    expect(process(301)?.parent).toBeUndefined();
  });

  it('calls a program that runs itself again by its argument 0', () => {
    const again = { comm: 'exe', path: '/bin/busybox', more: { filename: '/proc/self/exe' } };
    node.exec(200, { ...again, args: ['/bin/sleep', '5'] });
    node.exec(201, { ...again, args: ['-sh'] });
    node.exec(202, { ...again, args: [] });
    node.exec(203, { ...again, args: ['sleep'], more: { filename: '/tmp/exe' } });
    expect([200, 201, 202, 203].map((pid) => process(pid)?.name)).toEqual(['sleep', 'sh', 'exe', 'exe']);
  });
});

describe('fork', () => {
  it('hands the facts of the parent on', () => {
    node.exec(200, { path: '/usr/sbin/nginx', args: ['nginx', '-g', 'x'], more: { tty: 5, cap_effective: 9n } });
    node.fork(201, 200, { comm: 'nginx', vpid: 8 }, { uid: 101 });
    expect(process(201)).toMatchObject({
      exepath: '/usr/sbin/nginx',
      args: ['nginx', '-g', 'x'],
      tty: 5,
      uid: 101,
      vpid: 8,
    });
    expect(process(201)).toMatchObject({ capEffective: 9n, name: 'nginx', parent: process(200) });
  });

  it('names a child whose parent is not known', () => {
    node.fork(201, 200, { comm: 'runc:[1:CHILD]' });
    expect(process(201)).toMatchObject({ name: 'runc:[1:CHILD]', exepath: '', parent: undefined });
  });

  it('takes who called clone for the parent, not who is given as one (CLONE_PARENT)', () => {
    node.exec(200, { path: '/bin/sh', ppid: 50 });
    node.fork(201, 50, { parent_tid: 200, parent_start: 50_000 });
    expect(process(201)).toMatchObject({ ppid: 50, parent: process(200), exepath: '/bin/sh' });
  });

  it('takes the parent when a thread of it called clone', () => {
    node.exec(200, { path: '/usr/bin/java' });
    node.fork(300, 200, { parent_tid: 250 });
    expect(process(300)?.parent).toBe(process(200));
  });
});

describe('events that come late', () => {
  it('gives opens from before an exec to the program before', () => {
    node.exec(200, { path: '/bin/sh', header: { time: 1000 } });
    node.fork(201, 200, {}, { time: 2000 });
    node.exec(201, { path: '/bin/cat', ppid: 200, header: { time: 5000 } });
    expect(openedBy(201, 3000)?.exepath).toBe('/bin/sh');
    expect(openedBy(201, 5000)?.exepath).toBe('/bin/cat');
  });

  it('sees the ancestors too as they were then', () => {
    node.exec(150, { path: '/bin/init', header: { time: 500 } });
    node.exec(200, { path: '/bin/sh', ppid: 150, header: { time: 1000 } });
    node.fork(201, 200, {}, { time: 2000 });
    node.exec(200, { path: '/bin/last', ppid: 150, header: { time: 5000 } });
    expect(openedBy(201, 3000)?.parent).toMatchObject({ exepath: '/bin/sh', parent: { exepath: '/bin/init' } });
    expect(openedBy(201, 6000)?.parent).toBe(process(200));
  });

  it('does not give opens from before the first known exec to its program', () => {
    node.exec(200, { path: '/bin/sh', ppid: 9, header: { time: 5000 } });
    expect(openedBy(200, 4000)).toMatchObject({ pid: 200, ppid: 9, exepath: '', name: '' });
  });

  it('knows a process after its exit, until 30 s of event time have passed', () => {
    node.exec(200, { path: '/bin/sh', header: { time: SECOND } });
    node.exit(200, { time: 2 * SECOND });
    expect(openedBy(200, 2 * SECOND)?.exepath).toBe('/bin/sh');
    node.exec(201, { header: { time: 31 * SECOND } });
    expect(process(200)?.exited).toBe(2 * SECOND);
    node.exec(202, { header: { time: 32 * SECOND } });
    expect(process(200)).toBeUndefined();
    expect(node.state.processes.size).toBe(2);
  });

  it('makes a process from the header when it is not known, with the parent that is', () => {
    node.exec(200, { path: '/bin/sh' });
    expect(openedBy(300, 9e9, { ppid: 200, uid: 5 })).toMatchObject({
      pid: 300,
      uid: 5,
      name: '',
      parent: process(200),
    });
    expect(node.state.processes.size).toBe(1);
    expect(openedBy(0, 1)).toBeUndefined();
  });
});

describe('pids that are used again', () => {
  it('tells two processes of one pid apart by their start', () => {
    node.exec(200, { path: '/bin/old', header: { start: 1000 } });
    node.exec(200, { path: '/bin/new', header: { start: 5000 } });
    expect(process(200, 1000)?.exepath).toBe('/bin/old');
    expect(process(200, 5000)?.exepath).toBe('/bin/new');
    expect(process(200, 1000)?.exited).toBe(5000);
    node.exec(201, { header: { time: 60 * SECOND } });
    expect(process(200, 1000)).toBeUndefined();
    expect(process(200, 5000)).toBeDefined();
  });

  it('puts a process that is told late behind the one that followed it', () => {
    node.exec(200, { path: '/bin/new', header: { start: 5000 } });
    node.exec(200, { path: '/bin/old', header: { start: 1000 } });
    expect(node.state.processes.findAt(200, 6000)?.exepath).toBe('/bin/new');
    expect(node.state.processes.findAt(200, 2000)?.exepath).toBe('/bin/old');
  });
});

describe('snapshots', () => {
  it('are applied once, and match a start that lacks up to a clock tick', () => {
    node.exec(200, { path: '/bin/sh', args: ['sh'], header: { start: 123_456_789 }, more: { exe_flags: 1 } });
    const told = { path: '/bin/sh', args: ['renamed'], header: { start: 120_000_000, flags: SNAPSHOT } };
    node.exec(200, told);
    node.exec(200, told);
    expect(node.state.processes.size).toBe(1);
    expect(process(200, 123_456_789)).toMatchObject({ args: ['sh'], exeFlags: 1 });
  });

  it('make a process known whose later events carry the full start', () => {
    node.exec(200, { path: '/bin/sh', header: { start: 120_000_000, flags: SNAPSHOT } });
    expect(process(200, 129_999_999)?.exepath).toBe('/bin/sh');
    expect(process(200, 130_000_000)).toBeUndefined();
    node.exec(200, { path: '/bin/ls', header: { start: 123_000_000 } });
    expect(node.state.processes.size).toBe(1);
    expect(process(200, 123_000_000)?.exepath).toBe('/bin/ls');
    expect(process(200, 124_000_000)).toBeUndefined();
  });

  it('correct the program when an exec was lost, and fill what a fork could not tell', () => {
    node.exec(200, { path: '/bin/sh' });
    node.exec(200, { path: '/bin/ls', header: { flags: SNAPSHOT } });
    expect(process(200)?.exepath).toBe('/bin/ls');
    node.fork(300, 299, { comm: 'x' });
    node.exec(300, { path: '/bin/x', header: { flags: SNAPSHOT } });
    expect(process(300)?.exepath).toBe('/bin/x');
  });

  it('do not undo an exec that came after them', () => {
    node.exec(200, { path: '/bin/new', header: { time: 5000 } });
    node.exec(200, { path: '/bin/old', header: { time: 4000, flags: SNAPSHOT } });
    expect(process(200)?.exepath).toBe('/bin/new');
  });
});

describe('bounds', () => {
  const bounded = (maxProcesses: number) =>
    new Scenario(undefined, {}, new NodeState('node-a', { maxProcesses, maxAncestors: 4 }));

  it('drops the process that exited first, then the oldest, and counts both', () => {
    node = bounded(3);
    for (const pid of [201, 202, 203]) node.exec(pid, {});
    node.exit(202);
    node.exec(204, {});
    expect(process(202)).toBeUndefined();
    node.exec(205, {});
    expect(process(201)).toBeUndefined();
    expect(node.state.processes).toMatchObject({ size: 3, evictedExited: 1, evictedLiving: 1 });
  });

  it('keeps the ancestry of a process whose ancestors are gone, so far up as configured', () => {
    node = bounded(1000);
    node.exec(200, { path: '/bin/first' });
    for (let pid = 201; pid < 220; pid++) {
      node.fork(pid, pid - 1);
      node.exit(pid - 1);
      node.state.processes.advance(node.time + 31 * SECOND);
    }
    let depth = 0;
    for (let up = process(219)?.parent; up; up = up.parent) depth++;
    expect(depth).toBeGreaterThanOrEqual(4);
    expect(depth).toBeLessThanOrEqual(5);
    expect(process(219)?.exepath).toBe('/bin/first');
  });

  it('never makes a process its own ancestor, whatever records claim', () => {
    node.exec(200, { path: '/bin/a', ppid: 200 });
    node.exec(300, { path: '/bin/b', ppid: 301 });
    node.exec(301, { path: '/bin/c', ppid: 300 });
    node.exec(300, { path: '/bin/d', ppid: 301 });
    expect(process(200)?.parent).toBeUndefined();
    expect(process(301)?.parent).toBe(process(300));
    expect(process(300)?.parent).toBeUndefined();
  });
});

it('keeps the container of a process that moves to another cgroup', () => {
  node.exec(200, {});
  node.send(Kind.ProcessMoved, { tgid: 200, slot: 0, generation: 0 }, { comm: 'true' });
  node.send(Kind.ProcessMoved, { tgid: 200, slot: 5, generation: 2 }, { comm: 'true' });
  expect(process(200)).toMatchObject({ slot: 1, generation: 1 });
  node.send(Kind.ProcessMoved, { tgid: 300, slot: 5, generation: 2 }, { comm: 'runc:[2:INIT]' });
  expect(process(300)).toMatchObject({ slot: 5, generation: 2, name: 'runc:[2:INIT]' });
});
