import { ContainerFlag, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Snapshot } from '../stages/snapshot.ts';
import { CollectingSink, collectingLog, describeAll, until } from '../testing/collect.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { findCgroupMounts } from './cgroup-root.ts';
import { type ContainerFacts, NO_FACTS } from './container-facts.ts';
import { containerRecord, nodeRecord } from './container-record.ts';
import { MetadataReader } from './metadata.ts';
import { ProcTable } from './proc-table.ts';
import { type Container, ContainerRegistry } from './registry.ts';
import type { MetadataSource } from './sources/metadata-source.ts';
import { OciSource } from './sources/oci-source.ts';
import { ContainerTracker } from './tracker.ts';

const mounts = findCgroupMounts();

/* The source is a stand-in: these tests are about which calls it gets when there is no room. */
function tracked(rows: number, answers: Partial<ContainerFacts>[] = []) {
  const source = new FakeSource();
  const registry = new ContainerRegistry(rows);
  const sink = new CollectingSink();
  const { log, lines } = collectingLog();
  let refused = 0;
  const tracker = new ContainerTracker({
    source,
    registry,
    metadata: new MetadataReader({
      oci: new OciSource({ mounts, runtimeRoots: [], dockerRoots: [], log }),
      sources: answers.length > 0 ? [answering(answers)] : [],
      log,
    }),
    sink,
    log,
    onOpened: () => undefined,
    onClosing: () => undefined,
    onRefused: () => {
      refused++;
    },
    populated: () => true,
  });
  const open = (cgroup: bigint) =>
    tracker.open({ cgroup, path: `/picket-none-${cgroup}`, id: String(cgroup), runtime: '', candidate: false });
  return { source, registry, sink, tracker, open, lines, refused: () => refused };
}

/** A source that tells what the test puts into the list: all of it, a later one over an earlier one. */
function answering(answers: readonly Partial<ContainerFacts>[]): MetadataSource {
  return {
    name: 'cri',
    start: () => undefined,
    stop: () => undefined,
    covers: () => true,
    find: async () => Object.assign({}, ...answers),
    health: () => ({ state: 'ok', errors: 0 }),
  };
}

describe('ContainerTracker', () => {
  it('tells the kernel to ignore a container that finds no slot, and says so', () => {
    const { open, source, sink, tracker, refused } = tracked(2);
    expect(open(1n)?.slot).toBe(1);
    expect(open(2n)).toBeUndefined();
    tracker.stop();
    expect(source.calls).toEqual(['trace 1 slot 1.1', 'ignore 2']);
    expect(sink.records).toHaveLength(1);
    expect(refused()).toBe(1);
  });

  it('tells of a container before the kernel can send an event of it', () => {
    const { open, tracker, source, sink } = tracked(4);
    const order: string[] = [];
    source.trace = () => void order.push(`trace after ${sink.records.length} records`);
    open(1n);
    tracker.stop();
    // Both happen before the next drain, so that the record stands first whichever comes first.
    expect([...order, sink.records[0]?.kind]).toEqual(['trace after 0 records', 'container.started']);
  });

  it('tells of what becomes known, each time something does, and of nothing else', async () => {
    const answers: Partial<ContainerFacts>[] = [{ id: '1', podUid: 'pod', name: 'web' }];
    const { open, tracker, sink } = tracked(4, answers);
    open(1n);
    open(2n);
    const updates = () => sink.of('container.updated').filter((record) => record.slot === 1);
    expect(await until(() => updates()[0], 'the name')).toMatchObject({ name: 'web', flags: HeaderFlag.partial });
    answers.push({ flags: 0, initPid: 5, podLabels: ['app=one'] });
    tracker.changed('pod');
    expect(await until(() => updates()[1], 'the rest')).toMatchObject({ flags: 0, labels: ['app=one'], init_pid: 5 });
    tracker.changed('pod');
    answers.push({ podLabels: ['app=two'] });
    tracker.changed('1');
    expect(await until(() => updates()[2], 'the label')).toMatchObject({ flags: 0, labels: ['app=two'], name: 'web' });
    tracker.changed('pod');
    tracker.changed('no such thing');
    await new Promise((resolve) => setTimeout(resolve, 50));
    tracker.stop();
    expect(updates()).toHaveLength(3);
  });

  it('names a container that has stopped already, and keeps its first process', async () => {
    const answers: Partial<ContainerFacts>[] = [{ id: '1', podUid: 'pod', name: 'web', flags: 0, initPid: 5 }];
    const { open, tracker, sink, registry } = tracked(4, answers);
    const container = open(1n);
    if (!container) throw new Error('no slot');
    tracker.close(container);
    await until(() => sink.of('container.updated')[0], 'the name');
    answers.push({ name: 'new', initPid: 0 });
    tracker.changed('pod');
    const second = await until(() => sink.of('container.updated')[1], 'the change');
    tracker.stop();
    expect(sink.records.map(({ kind }) => kind).slice(0, 3)).toEqual([
      'container.started',
      'container.stopped',
      'container.updated',
    ]);
    expect(second).toMatchObject({ name: 'new', init_pid: 5 });
    expect(registry.lives(container)).toBe(false);
  });

  it('counts a container whose metadata stays incomplete, and says so', async () => {
    const { open, tracker, lines } = tracked(4, [{ name: 'web' }]);
    open(1n);
    await until(() => tracker.unresolved === 1, 'giving up');
    tracker.stop();
    expect(lines.join('')).toContain('not all metadata of this container can be had yet');
  });

  it('is stated again by a snapshot, which two callers share', async () => {
    const { open, tracker, registry, sink } = tracked(4);
    open(1n);
    open(2n);
    tracker.stop();
    sink.records.length = 0;
    const now = () => 7n;
    const look = () => new ProcTable(mounts.root, now);
    const snapshot = new Snapshot({ root: mounts.root, registry, sink, look, now });
    const [one, two] = await Promise.all([snapshot.take(), snapshot.take()]);
    expect(one).toEqual({ containers: 2, processes: 0 });
    expect(two).toBe(one);
    expect(sink.records.map((record) => [record.kind, record.slot, record.flags])).toEqual([
      ['container.started', 1, HeaderFlag.snapshot | HeaderFlag.partial],
      ['container.started', 2, HeaderFlag.snapshot | HeaderFlag.partial],
    ]);
  });
});

describe('containerRecord', () => {
  it('fits whatever the metadata holds', () => {
    const long = 'é'.repeat(100_000);
    const texts = Object.entries(NO_FACTS).map(([key, value]) => [key, typeof value === 'string' ? long : value]);
    const lists = {
      labels: Array(64).fill(long.slice(0, 300)),
      mounts: ['a\0b', ...Array(64).fill(long.slice(0, 600))],
    };
    const container: Container = {
      slot: 1,
      generation: 1,
      cgroup: 5n,
      path: `/${long}`,
      cgroups: new Set([5n]),
      facts: { ...NO_FACTS, ...Object.fromEntries(texts), ...lists, started: 2n ** 63n, flags: ContainerFlag.sandbox },
      accounts: {
        users: Array.from({ length: 300 }, (_, i) => `${i}:user${i}:0:/home/user${i}:/bin/sh`),
        groups: Array.from({ length: 300 }, (_, i) => `${i}:group${i}`),
        cut: false,
      },
      partial: true,
      candidate: false,
      stopped: undefined,
    };
    const [record] = describeAll(containerRecord(Kind.ContainerUpdated, container, 9n));
    const bits = ContainerFlag.sandbox | ContainerFlag.partial | ContainerFlag.accountsCut;
    expect(record).toMatchObject({ time: '9', container_flags: bits });
    expect(record?.users).toEqual(expect.arrayContaining(['0:user0:0:/home/user0:/bin/sh']));
    expect(record?.groups).toEqual(expect.arrayContaining(['0:group0']));
    expect(String(record?.name)).toMatch(/^é{512}$/);
    expect(record?.mounts).toEqual(expect.arrayContaining(['ab']));
  });

  it('tells the users and groups of the node without a slot', () => {
    const accounts = { users: ['0:root:0:/root:/bin/sh'], groups: ['0:root'], cut: true };
    const [record] = describeAll(nodeRecord(accounts, 9n, HeaderFlag.snapshot));
    expect(record).toMatchObject({
      kind: 'container.updated',
      slot: 0,
      flags: HeaderFlag.host | HeaderFlag.snapshot,
      container_flags: ContainerFlag.accountsCut,
      id: '',
      users: accounts.users,
      groups: accounts.groups,
    });
  });
});
