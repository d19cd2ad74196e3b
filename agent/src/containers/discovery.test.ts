import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CollectingSink, collectingLog, until } from '../testing/collect.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { type RuncContainer, startRunc } from '../testing/runc-container.ts';
import type { CgroupEvent } from './cgroup-event.ts';
import { findCgroupMounts } from './cgroup-root.ts';
import { cgroupId, isPopulated } from './cgroup-tree.ts';
import { Discovery } from './discovery.ts';
import { MetadataReader } from './metadata.ts';
import { ProcessScan } from './process-scan.ts';
import { ContainerRegistry } from './registry.ts';
import { ContainerTracker } from './tracker.ts';

/*
 * Containers, cgroups and /proc are real. The source is a stand-in because the tests are about what discovery asks the
 * kernel to trace and when, and because records must come late, twice or never here, which the kernel does not do on
 * request. The containers of other tests come and go meanwhile, so that only what a test made itself is looked at.
 */
const mounts = findCgroupMounts();
const { root } = mounts;
const made: string[] = [];

function agent(roots = ['/run/runc']) {
  const source = new FakeSource();
  const registry = new ContainerRegistry(64);
  const sink = new CollectingSink();
  const { log, lines } = collectingLog();
  const metadata = new MetadataReader({ mounts, runtimeRoots: roots, dockerRoots: [], log });
  const closing: string[] = [];
  const tracker = new ContainerTracker({
    source,
    registry,
    metadata,
    sink,
    log,
    onOpened: () => undefined,
    onClosing: (container) => void closing.push(container.path),
    onRefused: () => undefined,
    populated: (path) => isPopulated(root, path),
  });
  const onLate = (late: Parameters<ProcessScan['container']>[0]) =>
    new ProcessScan({ root, registry, sink, now: () => source.now() }).container(late);
  const discovery = new Discovery({ root, source, registry, tracker, metadata, log, onLate });
  const stop = () => {
    tracker.stop();
    discovery.stop();
  };
  return { source, registry, sink, tracker, discovery, lines, closing, stop };
}
let it_: ReturnType<typeof agent>;
beforeEach(() => {
  it_ = agent();
});
afterEach(() => {
  it_.stop();
  for (const path of made.splice(0).reverse()) rmdirSync(`${root}${path}`);
});

/** Makes an empty cgroup and returns the record that the kernel would send. */
function makeCgroup(path: string, comm: string): CgroupEvent {
  mkdirSync(`${root}${path}`);
  made.push(path);
  return created(path, comm);
}

const created = (path: string, comm: string): CgroupEvent => ({
  kind: 'created',
  cgroup: cgroupId(root, path) ?? 0n,
  parent: 1n,
  path,
  truncated: false,
  comm,
});

const unique = (name: string) => `/picket-${name}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const hexId = () => Array.from({ length: 64 }, () => '0123456789abcdef'[Math.floor(Math.random() * 16)]).join('');
/** Calls about one cgroup. */
const callsFor = (cgroup: bigint) => it_.source.calls.filter((call) => call.split(' ')[1] === String(cgroup));
const recordsOf = (cgroup: bigint, kind: string) =>
  it_.sink.of(kind).filter((record) => record.cgroup === String(cgroup));

describe('a container that starts while the agent runs', () => {
  it('is traced and told of at once when its path shows it', () => {
    const path = `/docker-${hexId()}.scope`;
    const event = makeCgroup(path, 'systemd');
    it_.discovery.handle(event);
    expect(callsFor(event.cgroup)).toEqual([`trace ${event.cgroup} slot 1.1`]);
    const [started] = recordsOf(event.cgroup, 'container.started');
    expect(started).toMatchObject({ slot: 1, generation: 1, runtime: 'docker', cgroup_path: path });
    expect(Number(started?.flags) & HeaderFlag.partial).toBe(HeaderFlag.partial);
  });

  it('is told of once when its record comes twice', () => {
    const event = makeCgroup(`/docker-${hexId()}.scope`, 'systemd');
    it_.discovery.handle(event);
    it_.discovery.handle(event);
    expect(recordsOf(event.cgroup, 'container.started')).toHaveLength(1);
  });

  it('is taken for one when runc made its cgroup, and named when the state of runc is there', async () => {
    const container = startRunc({ annotations: { 'org.opencontainers.image.ref.name': 'shop:1' } });
    try {
      it_.discovery.handle(created(container.cgroupPath, 'runc'));
      expect(it_.registry.byCgroup(container.cgroup)).toMatchObject({ candidate: true, partial: true });
      const [updated] = await until(() => some(recordsOf(container.cgroup, 'container.updated')), 'metadata');
      expect(updated).toMatchObject({ id: container.id, name: container.id, image: 'shop:1', runtime: 'runc' });
      expect(updated).toMatchObject({ init_pid: container.pid, flags: 0, mounts: ['proc:/proc:rw', 'tmpfs:/data:ro'] });
      expect(it_.registry.byCgroup(container.cgroup)).toMatchObject({ candidate: false, partial: false });
    } finally {
      container.remove();
    }
  });

  it('takes nothing for a container that is not: the kernel is told to ignore it', () => {
    const service = makeCgroup(unique('service'), 'systemd');
    const conmon = makeCgroup(unique('conmon').replace('/picket-conmon', '/conmon'), 'conmon');
    const session = makeCgroup(`${unique('session')}.scope`, 'systemd');
    for (const event of [service, conmon, session]) {
      it_.discovery.handle(event);
      expect(callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`]);
    }
    expect(it_.sink.records).toEqual([]);
  });

  it('gives up a cgroup of runc that no state names and that stays empty', async () => {
    const event = makeCgroup(unique('empty'), 'runc');
    it_.discovery.handle(event);
    await until(() => some(recordsOf(event.cgroup, 'container.stopped')), 'giving up');
    expect(callsFor(event.cgroup)).toEqual([`trace ${event.cgroup} slot 1.1`, `ignore ${event.cgroup}`]);
    expect(it_.registry.byCgroup(event.cgroup)).toBeUndefined();
  });

  it('goes on watching one that no runtime knows but that has processes', async () => {
    const container = startRunc();
    it_.stop();
    it_ = agent(['/run/no-such-runtime']);
    try {
      it_.discovery.handle(created(container.cgroupPath, 'runc'));
      const [updated] = await until(() => some(recordsOf(container.cgroup, 'container.updated')), 'giving up');
      expect(Number(updated?.flags) & HeaderFlag.partial).toBe(HeaderFlag.partial);
      expect(callsFor(container.cgroup)).toEqual([`trace ${container.cgroup} slot 1.1`]);
      expect(it_.lines.join('')).toContain('watched without metadata');
    } finally {
      container.remove();
    }
  });

  it('takes the inner of two cgroups that runc makes for a nested path', async () => {
    const outer = unique('outer');
    const container = startRunc({ cgroupPath: `${outer}/inner` });
    try {
      const above = created(outer, 'runc');
      it_.discovery.handle(above);
      it_.discovery.handle(created(container.cgroupPath, 'runc'));
      expect(callsFor(above.cgroup)).toEqual([`trace ${above.cgroup} slot 1.1`, `ignore ${above.cgroup}`]);
      expect(callsFor(container.cgroup)).toEqual([`trace ${container.cgroup} slot 2.1`]);
      await until(() => some(recordsOf(container.cgroup, 'container.updated')), 'metadata');
    } finally {
      container.remove();
    }
  });

  it('finds a scope of systemd when a runtime names it later', async () => {
    const states = mkdtempSync(join(tmpdir(), 'picket-states-'));
    it_.stop();
    it_ = agent([states]);
    const path = `${unique('odd')}.scope`;
    const event = makeCgroup(path, 'systemd');
    try {
      it_.discovery.handle(event);
      mkdirSync(join(states, 'odd'));
      writeFileSync(join(states, 'odd', 'status'), JSON.stringify({ 'cgroup-path': path, pid: 1 }));
      const [updated] = await until(() => some(recordsOf(event.cgroup, 'container.updated')), 'the late look');
      expect(updated).toMatchObject({ id: 'odd', runtime: 'crun' });
      expect(callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`, `trace ${event.cgroup} slot 1.1`]);
    } finally {
      rmSync(states, { recursive: true });
    }
  });

  it('finds the path in the tree when the kernel could not send all of it', () => {
    const path = `/docker-${hexId()}.scope`;
    const event = { ...makeCgroup(path, 'systemd'), path: '/docker-01', truncated: true };
    it_.discovery.handle(event);
    expect(recordsOf(event.cgroup, 'container.started')[0]).toMatchObject({ cgroup_path: path });
  });
});

describe('cgroups below a container', () => {
  it('share its slot, whoever made them, and are forgotten after they went', () => {
    const path = `/docker-${hexId()}.scope`;
    const outer = makeCgroup(path, 'systemd');
    it_.discovery.handle(outer);
    const inner = makeCgroup(`${path}/init`, 'systemd');
    const deeper = makeCgroup(`${path}/init/docker-${hexId()}.scope`, 'runc');
    it_.discovery.handle(inner);
    it_.discovery.handle(deeper);
    expect(callsFor(inner.cgroup)).toEqual([`trace ${inner.cgroup} slot 1.1`]);
    expect(callsFor(deeper.cgroup)).toEqual([`trace ${deeper.cgroup} slot 1.1`]);
    it_.discovery.handle({ ...deeper, kind: 'removed' });
    expect(it_.registry.byCgroup(deeper.cgroup)).toBeDefined();
    expect(it_.registry.reap(performance.now() + 60_001)).toEqual([deeper.cgroup]);
    expect(it_.sink.of('container.started')).toHaveLength(1);
    expect(it_.sink.of('container.stopped')).toHaveLength(0);
  });

  it('made by a process of a container belong to it wherever they lie', () => {
    const outer = makeCgroup(`/docker-${hexId()}.scope`, 'systemd');
    it_.discovery.handle(outer);
    const escaped = { ...makeCgroup(`/docker-${hexId()}.scope`, 'runc'), parent: outer.cgroup };
    it_.discovery.handle(escaped);
    expect(callsFor(escaped.cgroup)).toEqual([`trace ${escaped.cgroup} slot 1.1`]);
  });
});

describe('the end of a container', () => {
  it('is told of once, and the kernel forgets it when its slot has rested', () => {
    const path = `/docker-${hexId()}.scope`;
    const event = makeCgroup(path, 'systemd');
    it_.discovery.handle(event);
    it_.discovery.handle({ ...event, kind: 'removed' });
    it_.discovery.handle({ ...event, kind: 'removed' });
    expect(recordsOf(event.cgroup, 'container.stopped')).toHaveLength(1);
    expect(it_.closing).toEqual([path]);
    expect(it_.registry.reap(performance.now() + 59_000)).toEqual([]);
    expect(it_.registry.reap(performance.now() + 60_001)).toEqual([event.cgroup]);
  });

  it('of an ignored cgroup makes the kernel forget it at once', () => {
    const event = makeCgroup(unique('service'), 'systemd');
    it_.discovery.handle(event);
    it_.discovery.handle({ ...event, kind: 'removed' });
    expect(callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`, `forget ${event.cgroup}`]);
  });
});

describe('a scan', () => {
  let container: RuncContainer;
  beforeAll(() => {
    container = startRunc({ args: ['sh', '-c', 'sleep 301 & exec sleep 300'] });
  });
  afterAll(() => container.remove());

  it('finds a container that was there before, with its processes and their ancestors on the host', async () => {
    await it_.discovery.scan(true);
    expect(callsFor(container.cgroup)).toHaveLength(1);
    const slot = it_.registry.byCgroup(container.cgroup)?.slot;
    const processes = it_.sink.of('process.exec').filter((record) => record.slot === slot);
    expect(processes.map((record) => record.args)).toEqual([
      ['sleep', '300'],
      ['sleep', '301'],
    ]);
    const [init, child] = processes;
    expect(init).toMatchObject({ tgid: container.pid, vpid: 1, path: '/bin/busybox', cwd: '/tmp', tty: 0 });
    expect(init).toMatchObject({ env: ['LD_LIBRARY_PATH=/lib/test'], cap_effective: '32', comm: 'sleep' });
    expect(child).toMatchObject({ ppid: container.pid, parent_start: init?.start });
    const marks = HeaderFlag.snapshot | HeaderFlag.synthetic;
    expect([init?.flags, child?.flags]).toEqual([marks, marks]);
    const parent = it_.sink.of('process.exec').find((record) => record.tgid === init?.ppid);
    expect(parent).toMatchObject({ slot: 0, start: init?.parent_start, args: [], env: [], cwd: '' });
    expect(Number(parent?.flags) & HeaderFlag.host).toBe(HeaderFlag.host);
    const order = it_.sink.records.map((record) => record.kind);
    expect(order.indexOf('container.started')).toBeLessThan(order.indexOf('process.exec'));
  });

  it('names it by the state of its runtime', async () => {
    await it_.discovery.scan(true);
    const [updated] = await until(() => some(recordsOf(container.cgroup, 'container.updated')), 'metadata');
    expect(updated).toMatchObject({ id: container.id });
  });

  it('does not open an empty cgroup, however it is named', async () => {
    const event = makeCgroup(`/docker-${hexId()}.scope`, 'systemd');
    await it_.discovery.scan(true);
    expect(callsFor(event.cgroup)).toEqual([]);
  });

  it('closes a container whose removal nobody told of', async () => {
    const path = `/docker-${hexId()}.scope`;
    const event = makeCgroup(path, 'systemd');
    it_.discovery.handle(event);
    rmdirSync(`${root}${made.pop()}`);
    await it_.discovery.scan(false);
    expect(recordsOf(event.cgroup, 'container.stopped')).toHaveLength(1);
  });

  it('gives a new cgroup that no record told of one scan more before it is ignored', async () => {
    await it_.discovery.scan(true);
    const event = makeCgroup(unique('silent'), 'x');
    await it_.discovery.scan(false);
    expect(callsFor(event.cgroup)).toEqual([]);
    await it_.discovery.scan(false);
    await it_.discovery.scan(false);
    expect(callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`]);
  });
});

const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);
