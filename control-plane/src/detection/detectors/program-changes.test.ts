import { beforeAll, describe, expect, it } from 'vitest';
import type { CanarySelector, LiveDetector } from './live-detector.ts';
import type { PartitionDetectors } from './partition/partition-detectors.ts';
import { PlayedNode } from './testing/batches.ts';
import { Rig } from './testing/rig.ts';
import { TRAP_AT, tallyDetector, tallyModule } from './testing/tally-guest.ts';

const LONG = 10_000;
let module: Uint8Array;

beforeAll(async () => {
  module = await tallyModule(1);
});

const detector = (more: Partial<LiveDetector> = {}) => tallyDetector(module, more);

/** Feeds records and answers what was found, as `name count told`; the count comes from the state store. */
async function found(partition: PartitionDetectors, node: PlayedNode, ...records: Uint8Array[]): Promise<string[]> {
  partition.feed(node.batch(records), node.state);
  await partition.settle(LONG);
  return partition
    .take()
    .map(
      ({ detector: { version }, finding, told }) =>
        `${version} ${Number.parseInt(finding.message.slice(8), 16)} ${told}`,
    )
    .sort();
}

function setUp() {
  const rig = new Rig();
  const node = new PlayedNode();
  return { rig, node, partition: rig.runtime.partition(3) };
}

describe('another program', () => {
  it('changes the stage without touching the instance', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector({ stage: 'shadow' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 1 recorded']);
    rig.program(detector({ stage: 'active' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 2 alert']);
    expect(rig.hosts).toHaveLength(1);
    await rig.runtime.stop();
  });

  it('makes a new instance for another configuration, and keeps its state store', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector());
    await found(partition, node, node.exec(1, 5), node.exec(1, 5));
    rig.program(detector({ config: '{"a":1}' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 3 alert']);
    expect(rig.runtime.logs(detector().versionId)).toHaveLength(2);
    await rig.runtime.stop();
  });

  it('gives the state store to the next version, unless that begins anew', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector());
    await found(partition, node, node.exec(1, 5), node.exec(1, 5));
    rig.program(detector({ version: '2.0.0' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['2.0.0 3 alert']);
    rig.program(detector({ version: '3.0.0', migrate: 'reset' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['3.0.0 1 alert']);
    rig.program(detector({ version: '4.0.0', owner: 'bob' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['4.0.0 1 alert']);
    await rig.runtime.stop();
  });

  it('gives another owner of the same version what was kept and said, unless it sees less', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector({ scope: ['shop', 'bank'] }));
    await partition.settle(LONG);
    rig.program(detector());
    await found(partition, node, node.exec(1, 5), node.exec(1, 5));
    const lines = rig.runtime.logs(detector().versionId).length;
    rig.program(detector({ owner: 'bob' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 3 alert']);
    expect(rig.runtime.logs(detector().versionId).length).toBeGreaterThan(lines);
    rig.program(detector({ owner: 'eve', scope: ['shop'] }));
    await partition.settle(LONG);
    expect(rig.runtime.logs(detector().versionId).length).toBeLessThanOrEqual(1);
    rig.program(detector({ owner: 'ann' }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 1 alert']);
    await rig.runtime.stop();
  });

  it('gives it on over a checkpoint too', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector());
    await found(partition, node, node.exec(1, 5), node.exec(1, 5));
    const bytes = partition.snapshot();
    partition.release();
    rig.program(detector({ version: '2.0.0' }));
    const next = rig.runtime.partition(3);
    next.restore(bytes);
    // it had begun without: what a restore finds is only for who has not
    expect(await found(next, node, node.exec(1, 5))).toEqual(['2.0.0 3 alert']);
    await rig.runtime.stop();
  });

  it('gives nothing to one that is paused; it goes on where it was', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector());
    await found(partition, node, node.exec(1, 5));
    rig.program(detector({ paused: true }));
    expect(await found(partition, node, node.exec(1, 5))).toEqual([]);
    expect(rig.runtime.stats()).toMatchObject([{ state: 'paused', instances: 0 }]);
    rig.program(detector());
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 2 alert']);
    await rig.runtime.stop();
  });

  it('ends what is deleted, and its process', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector());
    await found(partition, node, node.exec(1, 5));
    rig.program();
    expect(await found(partition, node, node.exec(1, 5))).toEqual([]);
    await expect(rig.hosts[0]?.host.ended).resolves.toMatchObject({ reason: 'stopped' });
    expect(rig.runtime.stats()).toEqual([]);
    await rig.runtime.stop();
  });
});

it('what one was given before it was paused makes no alert', async () => {
  const { rig, node, partition } = setUp();
  rig.program(detector());
  partition.feed(node.batch([node.exec(1, 5)]), node.state);
  rig.program(detector({ paused: true }));
  await partition.settle(LONG);
  expect(partition.take().map(({ told }) => told)).toEqual(['recorded']);
  await rig.runtime.stop();
});

it('takes out of service what faults after its owner may see less', async () => {
  const { rig, node, partition } = setUp();
  rig.program(detector());
  await found(partition, node, node.container(1, 'shop'), node.exec(1, 5));
  rig.program(detector({ scope: ['shop'] }));
  for (let i = 0; i < 4; i++) await found(partition, node, node.exec(1, TRAP_AT));
  expect(rig.runtime.stats()).toMatchObject([{ state: 'quarantined', skipped: { fault: 3, quarantine: 1 } }]);
  await rig.runtime.stop();
});

it('counts what one had not seen that belongs to somebody else now', async () => {
  const rig = new Rig({ gate: (_detector, what) => (what === 'open' ? new Promise(() => undefined) : undefined) });
  const node = new PlayedNode();
  const partition = rig.runtime.partition(3);
  rig.program(detector());
  partition.feed(node.batch([node.exec(1, 5), node.exec(1, 5)]), node.state);
  rig.program(detector({ owner: 'bob' }));
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(rig.runtime.stats()).toMatchObject([{ skipped: { restart: 2 } }]);
  await rig.runtime.stop();
});

describe('a canary', () => {
  it('that may not run keeps nothing from being an alert', async () => {
    const rig = new Rig({ quota: { detectors: 1 } });
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    rig.program(detector(), detector({ version: '2.0.0', stage: 'canary', migrate: 'reset' }));
    await found(partition, node, node.exec(1, 5));
    expect(await found(partition, node, node.exec(1, 5))).toEqual(['1.0.0 2 alert']);
    await rig.runtime.stop();
  });

  const cases: [CanarySelector, boolean][] = [
    [{}, true],
    [{ nodes: ['node-a'] }, true],
    [{ nodes: ['node-b'] }, false],
    [{ namespaces: ['shop'], labels: { app: 'cart' } }, true],
    [{ namespaces: ['shop'], labels: { app: 'cart', tier: 'x' } }, false],
    [{ namespaces: ['bank'] }, false],
    [{ percent: 100 }, true],
    [{ percent: 0 }, false],
  ];
  it.each(cases)('%j', async (canary, matches) => {
    const { rig, node, partition } = setUp();
    rig.program(detector(), detector({ version: '2.0.0', stage: 'canary', canary, migrate: 'reset' }));
    const records = [node.container(1, 'shop', { labels: ['app=cart'] }), node.exec(1, 5)];
    expect(await found(partition, node, ...records)).toEqual(
      matches ? ['1.0.0 1 recorded', '2.0.0 1 alert'] : ['1.0.0 1 alert', '2.0.0 1 recorded'],
    );
    await rig.runtime.stop();
  });

  it('takes its share of containers, always the same ones', async () => {
    const { rig, node, partition } = setUp();
    rig.program(detector({ stage: 'canary', canary: { percent: 25 } }));
    const slots = Array.from({ length: 200 }, (_, i) => i + 1);
    await found(partition, node, ...slots.map((slot) => node.container(slot, 'shop')), node.exec(1, 1));
    const once = async () => {
      partition.feed(node.batch(slots.map((slot) => node.exec(slot, 5))), node.state);
      await partition.settle(LONG);
      return partition.take().map(({ told }) => told === 'alert');
    };
    const first = await once();
    expect(await once()).toEqual(first);
    const share = first.filter((told) => told).length;
    expect(share).toBeGreaterThan(25);
    expect(share).toBeLessThan(80);
    await rig.runtime.stop();
  });
});

it('a detector may say less than its manifest, not more', async () => {
  const { rig, node, partition } = setUp();
  rig.program(detector({ severity: 'Notice' }), detector({ name: 'other', severity: 'Alert' }));
  partition.feed(node.batch([node.exec(1, 5)]), node.state);
  await partition.settle(LONG);
  expect(
    partition
      .take()
      .map(({ priority }) => priority)
      .sort(),
  ).toEqual(['Critical', 'Notice']);
  await rig.runtime.stop();
});
