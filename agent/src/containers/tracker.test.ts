import { ContainerFlag, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Snapshot } from '../stages/snapshot.ts';
import { CollectingSink, collectingLog, describeAll } from '../testing/collect.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { findCgroupMounts } from './cgroup-root.ts';
import { NO_FACTS } from './container-facts.ts';
import { containerRecord } from './container-record.ts';
import { MetadataReader } from './metadata.ts';
import { type Container, ContainerRegistry } from './registry.ts';
import { ContainerTracker } from './tracker.ts';

const mounts = findCgroupMounts();

/* The source is a stand-in: these tests are about which calls it gets when there is no room. */
function tracked(rows: number) {
  const source = new FakeSource();
  const registry = new ContainerRegistry(rows);
  const sink = new CollectingSink();
  const { log } = collectingLog();
  let refused = 0;
  const tracker = new ContainerTracker({
    source,
    registry,
    metadata: new MetadataReader({ mounts, runtimeRoots: [], dockerRoots: [], log }),
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
  return { source, registry, sink, tracker, open, refused: () => refused };
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

  it('is stated again by a snapshot, which two callers share', async () => {
    const { open, tracker, registry, sink } = tracked(4);
    open(1n);
    open(2n);
    tracker.stop();
    sink.records.length = 0;
    const snapshot = new Snapshot({ root: mounts.root, registry, sink, now: () => 7n });
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
      partial: true,
      candidate: false,
      stopped: undefined,
    };
    const [record] = describeAll(containerRecord(Kind.ContainerUpdated, container, 9n));
    expect(record).toMatchObject({ time: '9', container_flags: ContainerFlag.sandbox | ContainerFlag.partial });
    expect(String(record?.name)).toMatch(/^é{512}$/);
    expect(record?.mounts).toEqual(expect.arrayContaining(['ab']));
  });
});
