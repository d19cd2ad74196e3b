import { readFileSync } from 'node:fs';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../testing/collect.ts';
import { DiscoveryRig, dockerPath, plainPath } from '../testing/discovery-rig.ts';
import { type RuncContainer, startRunc } from '../testing/runc-container.ts';

describe('a scan', () => {
  let container: RuncContainer;
  beforeAll(async () => {
    container = startRunc({ args: ['sh', '-c', 'sleep 301 & exec sleep 300'] });
    const runs = () => readFileSync(`/proc/${container.pid}/cmdline`, 'utf8').startsWith('sleep');
    await until(runs, 'the program of the container');
  });
  afterAll(() => container.remove());

  it('finds a container that was there before, with its processes and their ancestors on the host', async () => {
    using rig = new DiscoveryRig();
    await rig.discovery.scan(true);
    await rig.late.flush();
    expect(rig.callsFor(container.cgroup)).toHaveLength(1);
    const slot = rig.registry.byCgroup(container.cgroup)?.slot;
    const processes = rig.sink.of('process.exec').filter((record) => record.slot === slot);
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
    const parent = rig.sink.of('process.exec').find((record) => record.tgid === init?.ppid);
    expect(parent).toMatchObject({ slot: 0, start: init?.parent_start, args: [], env: [], cwd: '' });
    expect(Number(parent?.flags) & HeaderFlag.host).toBe(HeaderFlag.host);
    const order = rig.sink.records.map((record) => record.kind);
    expect(order.indexOf('container.started')).toBeLessThan(order.indexOf('process.exec'));
  });

  it('names it by the state of its runtime', async () => {
    using rig = new DiscoveryRig();
    await rig.discovery.scan(true);
    const updated = await until(() => rig.firstOf(container.cgroup, 'container.updated'), 'metadata');
    expect(updated).toMatchObject({ id: container.id });
  });

  it('does not open an empty cgroup, however it is named', async () => {
    using rig = new DiscoveryRig();
    const event = rig.makeCgroup(dockerPath(), 'systemd');
    await rig.discovery.scan(true);
    expect(rig.callsFor(event.cgroup)).toEqual([]);
  });

  it('closes a container whose removal nobody told of', async () => {
    using rig = new DiscoveryRig();
    const path = dockerPath();
    const event = rig.makeCgroup(path, 'systemd');
    rig.discovery.handle(event);
    rig.removeLast();
    await rig.discovery.scan(false);
    expect(rig.recordsOf(event.cgroup, 'container.stopped')).toHaveLength(1);
  });

  it('gives a new cgroup that no record told of one scan more before it is ignored', async () => {
    using rig = new DiscoveryRig();
    await rig.discovery.scan(true);
    const event = rig.makeCgroup(plainPath('silent'), 'x');
    await rig.discovery.scan(false);
    expect(rig.callsFor(event.cgroup)).toEqual([]);
    await rig.discovery.scan(false);
    await rig.discovery.scan(false);
    expect(rig.callsFor(event.cgroup)).toEqual([`ignore ${event.cgroup}`]);
  });
});
