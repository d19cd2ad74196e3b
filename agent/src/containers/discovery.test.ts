import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeaderFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { until } from '../testing/collect.ts';
import { created, DiscoveryRig, dockerPath, plainPath } from '../testing/discovery-rig.ts';
import { startRunc } from '../testing/runc-container.ts';

describe('a container that starts while the agent runs', () => {
  it('is traced and told of at once when its path shows it', () => {
    using rig = new DiscoveryRig();
    const path = dockerPath();
    const event = rig.makeCgroup(path, 'systemd');
    rig.discovery.handle(event);
    expect(rig.callsFor(event.cgroup)).toEqual([`trace ${event.cgroup} slot 1.1`]);
    const started = rig.firstOf(event.cgroup, 'container.started');
    expect(started).toMatchObject({ slot: 1, generation: 1, runtime: 'docker', cgroup_path: path });
    expect(Number(started?.flags) & HeaderFlag.partial).toBe(HeaderFlag.partial);
  });

  it('is told of once when its record comes twice', () => {
    using rig = new DiscoveryRig();
    const event = rig.makeCgroup(dockerPath(), 'systemd');
    rig.discovery.handle(event);
    rig.discovery.handle(event);
    expect(rig.recordsOf(event.cgroup, 'container.started')).toHaveLength(1);
  });

  it('is taken for one when runc made its cgroup, and named when the state of runc is there', async () => {
    using rig = new DiscoveryRig();
    const container = startRunc({ annotations: { 'org.opencontainers.image.ref.name': 'shop:1' } });
    try {
      rig.discovery.handle(created(container.cgroupPath, 'runc'));
      expect(rig.registry.byCgroup(container.cgroup)).toMatchObject({ candidate: true, partial: true });
      const updated = await until(() => rig.firstOf(container.cgroup, 'container.updated'), 'metadata');
      expect(updated).toMatchObject({ id: container.id, name: container.id, image: 'shop:1', runtime: 'runc' });
      expect(updated).toMatchObject({ init_pid: container.pid, flags: 0, mounts: ['proc:/proc:rw', 'tmpfs:/data:ro'] });
      expect(rig.registry.byCgroup(container.cgroup)).toMatchObject({ candidate: false, partial: false });
    } finally {
      container.remove();
    }
  });

  it('takes nothing for a container that is not: the kernel is told to ignore it', () => {
    using rig = new DiscoveryRig();
    const service = rig.makeCgroup(plainPath('service'), 'systemd');
    const conmon = rig.makeCgroup(plainPath('conmon'), 'conmon');
    const session = rig.makeCgroup(`${plainPath('session')}.scope`, 'systemd');
    for (const event of [service, conmon, session]) {
      rig.discovery.handle(event);
      expect(rig.callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`]);
    }
    expect(rig.sink.records).toEqual([]);
  });

  it('gives up a cgroup of runc that no state names and that stays empty', async () => {
    using rig = new DiscoveryRig();
    const event = rig.makeCgroup(plainPath('empty'), 'runc');
    rig.discovery.handle(event);
    await until(() => rig.firstOf(event.cgroup, 'container.stopped'), 'giving up');
    expect(rig.callsFor(event.cgroup)).toEqual([`trace ${event.cgroup} slot 1.1`, `ignore ${event.cgroup}`]);
    expect(rig.registry.byCgroup(event.cgroup)).toBeUndefined();
  });

  it('goes on watching one that no runtime knows but that has processes', async () => {
    using rig = new DiscoveryRig(['/run/no-such-runtime']);
    const container = startRunc();
    try {
      rig.discovery.handle(created(container.cgroupPath, 'runc'));
      const updated = await until(() => rig.firstOf(container.cgroup, 'container.updated'), 'giving up');
      expect(Number(updated?.flags) & HeaderFlag.partial).toBe(HeaderFlag.partial);
      expect(rig.callsFor(container.cgroup)).toEqual([`trace ${container.cgroup} slot 1.1`]);
      expect(rig.lines.join('')).toContain('watched without metadata');
    } finally {
      container.remove();
    }
  });

  it('takes the inner of two cgroups that runc makes for a nested path', async () => {
    using rig = new DiscoveryRig();
    const outer = plainPath('outer');
    const container = startRunc({ cgroupPath: `${outer}/inner` });
    try {
      const above = created(outer, 'runc');
      rig.discovery.handle(above);
      rig.discovery.handle(created(container.cgroupPath, 'runc'));
      expect(rig.callsFor(above.cgroup)).toEqual([`trace ${above.cgroup} slot 1.1`, `ignore ${above.cgroup}`]);
      expect(rig.callsFor(container.cgroup)).toEqual([`trace ${container.cgroup} slot 2.1`]);
      await until(() => rig.firstOf(container.cgroup, 'container.updated'), 'metadata');
    } finally {
      container.remove();
    }
  });

  it('finds a scope of systemd when a runtime names it later', async () => {
    const states = mkdtempSync(join(tmpdir(), 'picket-states-'));
    using rig = new DiscoveryRig([states]);
    const path = `${plainPath('odd')}.scope`;
    const event = rig.makeCgroup(path, 'systemd');
    try {
      rig.discovery.handle(event);
      mkdirSync(join(states, 'odd'));
      writeFileSync(join(states, 'odd', 'status'), JSON.stringify({ 'cgroup-path': path, pid: 1 }));
      const updated = await until(() => rig.firstOf(event.cgroup, 'container.updated'), 'the late look');
      expect(updated).toMatchObject({ id: 'odd', runtime: 'crun' });
      expect(rig.callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`, `trace ${event.cgroup} slot 1.1`]);
    } finally {
      rmSync(states, { recursive: true });
    }
  });

  it('finds the path in the tree when the kernel could not send all of it', () => {
    using rig = new DiscoveryRig();
    const path = dockerPath();
    const event = { ...rig.makeCgroup(path, 'systemd'), path: '/docker-01', truncated: true };
    rig.discovery.handle(event);
    expect(rig.recordsOf(event.cgroup, 'container.started')[0]).toMatchObject({ cgroup_path: path });
  });
});

describe('cgroups below a container', () => {
  it('share its slot, whoever made them, and are forgotten after they went', () => {
    using rig = new DiscoveryRig();
    const path = dockerPath();
    const outer = rig.makeCgroup(path, 'systemd');
    rig.discovery.handle(outer);
    const inner = rig.makeCgroup(`${path}/init`, 'systemd');
    const deeper = rig.makeCgroup(dockerPath(`${path}/init`), 'runc');
    rig.discovery.handle(inner);
    rig.discovery.handle(deeper);
    expect(rig.callsFor(inner.cgroup)).toEqual([`trace ${inner.cgroup} slot 1.1`]);
    expect(rig.callsFor(deeper.cgroup)).toEqual([`trace ${deeper.cgroup} slot 1.1`]);
    rig.discovery.handle({ ...deeper, kind: 'removed' });
    expect(rig.registry.byCgroup(deeper.cgroup)).toBeDefined();
    expect(rig.registry.reap(performance.now() + 60_001)).toEqual([deeper.cgroup]);
    expect(rig.sink.of('container.started')).toHaveLength(1);
    expect(rig.sink.of('container.stopped')).toHaveLength(0);
  });

  it('made by a process of a container belong to it wherever they lie', () => {
    using rig = new DiscoveryRig();
    const outer = rig.makeCgroup(dockerPath(), 'systemd');
    rig.discovery.handle(outer);
    const escaped = { ...rig.makeCgroup(dockerPath(), 'runc'), parent: outer.cgroup };
    rig.discovery.handle(escaped);
    expect(rig.callsFor(escaped.cgroup)).toEqual([`trace ${escaped.cgroup} slot 1.1`]);
  });
});

describe('the end of a container', () => {
  it('is told of once, and the kernel forgets it when its slot has rested', () => {
    using rig = new DiscoveryRig();
    const path = dockerPath();
    const event = rig.makeCgroup(path, 'systemd');
    rig.discovery.handle(event);
    rig.discovery.handle({ ...event, kind: 'removed' });
    rig.discovery.handle({ ...event, kind: 'removed' });
    expect(rig.recordsOf(event.cgroup, 'container.stopped')).toHaveLength(1);
    expect(rig.closed).toEqual([path]);
    expect(rig.registry.reap(performance.now() + 59_000)).toEqual([]);
    expect(rig.registry.reap(performance.now() + 60_001)).toEqual([event.cgroup]);
  });

  it('of an ignored cgroup makes the kernel forget it at once', () => {
    using rig = new DiscoveryRig();
    const event = rig.makeCgroup(plainPath('service'), 'systemd');
    rig.discovery.handle(event);
    rig.discovery.handle({ ...event, kind: 'removed' });
    expect(rig.callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`, `forget ${event.cgroup}`]);
  });
});
