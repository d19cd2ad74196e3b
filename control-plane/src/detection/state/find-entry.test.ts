import { HeaderFlag, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEntry } from '../../types.ts';
import { Scenario } from '../testing/scenario.ts';
import { NodeState } from './node-state.ts';
import { entryOf } from './process-entry.ts';

const INIT = 200;
/** What a runtime has: its own session and a place outside. */
const RUNTIME = 90;

let node: Scenario;
const entry = (pid: number, state: NodeState = node.state): ProcessEntry | undefined => {
  const process = state.processes.find(pid, pid * 1000);
  if (!process) throw new Error(`process ${pid} is not known`);
  return entryOf(process, state.containers.find(process.slot, process.generation));
};
const ids = (pid: number, sid: number, vpid = pid - 100) => ({ vpid, more: { sid, vsid: sid === 0 ? 0 : sid - 100 } });
const snapshot = { flags: HeaderFlag.snapshot };

beforeEach(() => {
  node = new Scenario();
  node.container({ init_pid: INIT, init_start: BigInt(INIT * 1000) });
  node.exec(INIT, { path: '/bin/app', ppid: RUNTIME, ...ids(INIT, INIT, 1) });
});

describe('a container with its own process ids', () => {
  it('knows its entrypoint and all that descends from it', () => {
    node.fork(201, INIT, { sid: INIT });
    node.exec(201, { path: '/bin/sh', ppid: INIT, ...ids(201, INIT) });
    node.fork(202, 201, { sid: INIT });
    expect([INIT, 201, 202].map((pid) => entry(pid))).toEqual(['entrypoint', 'entrypoint', 'entrypoint']);
  });

  it('tells what a runtime starts in it later, and all that descends from that', () => {
    node.exec(300, { path: '/bin/sh', ppid: RUNTIME, ...ids(300, 300) });
    node.fork(301, 300, { sid: 300 });
    node.exec(301, { path: '/bin/id', ppid: 300, ...ids(301, 300) });
    expect([300, 301].map((pid) => entry(pid))).toEqual(['exec', 'exec']);
    expect(entry(INIT)).toBe('entrypoint');
  });

  it('tells who entered with a session from outside, as nsenter does', () => {
    node.exec(300, { path: '/bin/sh', ppid: 80, ...ids(300, 0) });
    node.exec(310, { path: '/bin/sh', ppid: 80, vpid: 210, more: { sid: 80, vsid: 0 } });
    expect(entry(310)).toBe('exec');
    expect(entry(300)).toBe('unknown');
  });

  it('follows the helpers that runc makes before the program runs', () => {
    // runc init, moved into the container, makes a helper, which makes the process with the ids of the container
    node.send(Kind.ProcessMoved, { tgid: 300, ppid: RUNTIME }, { comm: 'runc:[0:PARENT]' });
    node.fork(301, 300, { vpid: 301, sid: RUNTIME }, { ppid: RUNTIME });
    node.fork(302, RUNTIME, { vpid: 12, sid: RUNTIME, parent_tid: 301 }, { ppid: RUNTIME });
    node.exec(302, { path: '/bin/sh', ppid: RUNTIME, ...ids(302, 302, 12) });
    expect(entry(302)).toBe('exec');
    expect(node.state.processes.find(302, 302_000)).toMatchObject({ entryPid: 302, entryVpid: 12 });
  });

  it('does not take orphans of an exec for children of the entrypoint', () => {
    node.exec(300, { path: '/bin/sh', ppid: RUNTIME, ...ids(300, 300) });
    node.fork(301, 300, { sid: 300 });
    node.exit(300);
    // the kernel gave it to the init process, in whose name it runs on
    node.exec(301, { path: '/bin/miner', ppid: INIT, ...ids(301, 301) });
    node.fork(302, 301, { sid: 301 }, { ppid: INIT });
    expect([301, 302].map((pid) => entry(pid))).toEqual(['exec', 'exec']);
    expect(node.state.processes.find(301, 301_000)?.ppid).toBe(INIT);
  });

  it('does not let CLONE_PARENT hide where a process comes from', () => {
    node.exec(300, { path: '/bin/sh', ppid: RUNTIME, ...ids(300, 300) });
    node.fork(301, INIT, { parent_tid: 300, sid: 300 });
    expect(entry(301)).toBe('exec');
  });

  it('says when what was seen allows both answers', () => {
    const orphan = { path: '/bin/x', ppid: INIT, header: snapshot };
    node.exec(400, { ...orphan, ...ids(400, 400) });
    node.exec(401, { ...orphan, ...ids(401, INIT) });
    expect([400, 401].map((pid) => entry(pid))).toEqual(['unknown', 'entrypoint']);
    node.exec(500, { path: '/bin/sh', ppid: RUNTIME, header: snapshot, ...ids(500, 500) });
    node.exec(501, { ...orphan, ...ids(501, 500) });
    expect([500, 501].map((pid) => entry(pid))).toEqual(['exec', 'exec']);
    node.exec(502, { path: '/bin/x', ppid: 999, header: snapshot, ...ids(502, 998) });
    expect(entry(502)).toBe('unknown');
  });

  it('takes a process of unknown making for what the present parent is', () => {
    node.exec(201, { path: '/bin/sh', ppid: INIT, ...ids(201, INIT) });
    node.exec(202, { path: '/bin/ls', ppid: 201, ...ids(202, 202) });
    expect(entry(202)).toBe('entrypoint');
  });
});

describe('what is not known of the container', () => {
  it('is made up for by the first process of the name space', () => {
    const bare = new Scenario();
    bare.container({});
    bare.exec(INIT, { ppid: RUNTIME, ...ids(INIT, INIT, 1) });
    bare.exec(300, { ppid: RUNTIME, ...ids(300, 300) });
    expect([entry(INIT, bare.state), entry(300, bare.state)]).toEqual(['entrypoint', 'unknown']);
    bare.send(Kind.ContainerUpdated, { generation: 1 }, { id: 'a', init_pid: INIT });
    expect([entry(INIT, bare.state), entry(300, bare.state)]).toEqual(['entrypoint', 'exec']);
  });

  it('leaves processes of the host without an answer', () => {
    node.exec(90, { path: '/usr/bin/dockerd', header: { slot: 0, flags: HeaderFlag.host } });
    expect(entry(90)).toBeUndefined();
  });

  it('is not mistaken when the pid of the entrypoint was used before', () => {
    const reused = new Scenario();
    reused.container({ init_pid: INIT, init_start: 900_000_000_000n });
    reused.exec(INIT, { ppid: RUNTIME, ...ids(INIT, INIT, 7) });
    expect(entry(INIT, reused.state)).toBe('exec');
  });
});

describe('a container with the process ids of the host', () => {
  const same = (pid: number, sid: number) => ({ vpid: pid, more: { sid, vsid: sid } });

  it('is told by the line of descent', () => {
    const shared = new Scenario();
    shared.container({ init_pid: 202 });
    shared.send(Kind.ProcessMoved, { tgid: 200, ppid: RUNTIME }, { comm: 'runc:[0:PARENT]' });
    shared.fork(201, 200, { vpid: 201 });
    shared.fork(202, 201, { vpid: 202 });
    shared.exec(202, { path: '/bin/app', ppid: RUNTIME, ...same(202, 202) });
    shared.fork(203, 202, { vpid: 203, sid: 202 });
    shared.send(Kind.ProcessMoved, { tgid: 300, ppid: RUNTIME }, { comm: 'runc:[0:PARENT]' });
    shared.fork(301, 300, { vpid: 301 });
    shared.exec(301, { path: '/bin/sh', ppid: RUNTIME, ...same(301, 301) });
    expect([202, 203, 301].map((pid) => entry(pid, shared.state))).toEqual(['entrypoint', 'entrypoint', 'exec']);
  });

  it('says nothing of an orphan whose making was not seen', () => {
    const shared = new Scenario();
    shared.container({ init_pid: 202 });
    shared.exec(202, { ppid: RUNTIME, header: snapshot, ...same(202, 202) });
    shared.exec(203, { ppid: 202, header: snapshot, ...same(203, 203) });
    shared.exec(204, { ppid: RUNTIME, header: snapshot, ...same(204, 204) });
    expect([202, 203, 204].map((pid) => entry(pid, shared.state))).toEqual(['entrypoint', 'entrypoint', 'unknown']);
  });
});

it('outlives checkpoints and snapshots', () => {
  node.exec(300, { path: '/bin/sh', ppid: RUNTIME, ...ids(300, 300) });
  node.fork(301, 300, { sid: 300 });
  node.exit(300);
  const other = new NodeState('node-a');
  other.restore(node.state.snapshot());
  expect([INIT, 301].map((pid) => entry(pid, other))).toEqual(['entrypoint', 'exec']);
  node.exec(301, { path: '/bin/sh', ppid: INIT, header: snapshot, ...ids(301, 300) });
  expect(entry(301)).toBe('exec');
  expect(entry(INIT)).toBe('entrypoint');
});

it('is told of a process that only its header speaks for, where the parent proves it', () => {
  node.exec(300, { path: '/bin/sh', ppid: RUNTIME, ...ids(300, 300) });
  const opened = (pid: number, ppid: number) => {
    const record = node.encode(Kind.FileOpen, { tgid: pid, ppid }, { path: '/x' });
    const process = node.state.processOf(node.at(record));
    return process && entryOf(process, node.state.containers.find(1, 1));
  };
  expect([opened(700, 300), opened(701, INIT)]).toEqual(['exec', 'unknown']);
});
