import { beforeAll, describe, expect, it } from 'vitest';
import type { LiveDetector } from './live-detector.ts';
import { PlayedNode } from './testing/batches.ts';
import { Rig } from './testing/rig.ts';
import { TRAP_AT, tallyDetector, tallyModule } from './testing/tally-guest.ts';

const LONG = 10_000;
let module: Uint8Array;

beforeAll(async () => {
  module = await tallyModule(1);
});

const detector = (more: Partial<LiveDetector> = {}) => tallyDetector(module, more);
const execs = (node: PlayedNode, slot: number, ...pids: number[]) =>
  node.batch(pids.map((pid) => node.exec(slot, pid)));

describe('what a detector sees', () => {
  it('is what its owner may see, of the kinds it wants', async () => {
    const rig = new Rig();
    const shop = detector({ name: 'shop', owner: 'ann', scope: ['shop'] });
    const bank = detector({ name: 'bank', owner: 'bob', scope: ['bank', 'vault'] });
    const all = detector({ name: 'all', owner: 'root' });
    rig.program(shop, bank, all);
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    const records = [
      node.container(1, 'shop'),
      node.container(2, 'bank'),
      node.exec(1, 10),
      node.exec(2, 20),
      node.open(1, 10),
      node.exec(0, 30),
      node.exec(1, 11),
    ];
    partition.feed(node.batch(records), node.state);
    await partition.settle(LONG);
    const seen = partition.take().map(({ detector: { name }, index }) => `${name} ${index}`);
    expect(seen.sort()).toEqual(['all 2', 'all 3', 'all 5', 'all 6', 'bank 3', 'shop 2', 'shop 6']);
    expect(rig.hosts.map(({ owner }) => owner).sort()).toEqual(['ann', 'bob', 'root']);
    await rig.runtime.stop();
  });

  it('costs nothing when nobody wants it', async () => {
    const rig = new Rig();
    rig.program(detector());
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    partition.feed(node.batch([node.open(1, 10), node.container(1, 'shop')]), node.state);
    await partition.settle(LONG);
    expect(rig.hosts).toEqual([]);
    await rig.runtime.stop();
  });

  it('comes with the event that caused a finding, whatever was left out or joined', async () => {
    const rig = new Rig();
    rig.program(detector());
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    partition.feed(node.batch([node.open(1, 1), node.exec(1, 10)]), node.state);
    partition.feed(node.batch([node.open(1, 1), node.open(1, 1), node.exec(1, 11), node.exec(1, 12)]), node.state);
    await partition.settle(LONG);
    const found = partition.take();
    expect(found.map(({ batch, index }) => [batch.streamSequence, index])).toEqual([
      [1, 1],
      [2, 2],
      [2, 3],
    ]);
    expect(found.map(({ record }) => record && new DataView(record.buffer).getUint32(24, true))).toHaveLength(3);
    expect(found.every(({ record }) => (record?.byteOffset ?? 1) % 8 === 0)).toBe(true);
    expect(rig.hosts[0]?.host.calls).toBe(1);
    await rig.runtime.stop();
  });

  it('tells of a container once, and again when it has changed', async () => {
    const rig = new Rig();
    rig.program(detector());
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    const messages: string[] = [];
    const feed = async (...records: Uint8Array[]) => {
      partition.feed(node.batch(records), node.state);
      await partition.settle(LONG);
      messages.push(...partition.take().map(({ finding }) => finding.message.slice(0, 8)));
    };
    const mixed: number[] = [];
    let hash = 7;
    const mix = (value: number) => {
      hash = (Math.imul(hash, 31) + value) | 0;
    };
    const expectOne = (isTold: boolean, sequence: number, pid: number) => {
      if (isTold) mix(4096 + 1);
      mix(sequence);
      mix(pid);
      mixed.push(hash >>> 0);
    };
    await feed(node.container(1, 'shop'), node.exec(1, 10));
    expectOne(true, 2, 10);
    await feed(node.container(1, 'shop'), node.exec(1, 11));
    expectOne(false, 4, 11);
    await feed(node.container(1, 'shop', { labels: ['a=b'] }), node.exec(1, 12));
    expectOne(true, 6, 12);
    expect(messages).toEqual(mixed.map((value) => value.toString(16).padStart(8, '0')));
    await rig.runtime.stop();
  });
});

describe('faults', () => {
  it('cost the call and the memory, not the state store', async () => {
    const rig = new Rig();
    rig.program(detector());
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    for (const pids of [[10, 11], [12, TRAP_AT, 13], [14]]) {
      partition.feed(execs(node, 1, ...pids), node.state);
      await partition.settle(LONG);
    }
    const counts = partition.take().map(({ finding }) => Number.parseInt(finding.message.slice(8), 16));
    expect(counts).toEqual([1, 2, 3]);
    const [stats] = rig.runtime.stats();
    expect(stats).toMatchObject({ traps: { DETECTOR_TRAP: 1 }, skipped: { fault: 3 }, state: 'running', events: 3 });
    expect(rig.runtime.logs(stats?.versionId ?? '').map(({ message }) => message)).toEqual([
      'hit',
      expect.stringContaining('DETECTOR_TRAP'),
      'hit',
    ]);
    await rig.runtime.stop();
  });

  it('three in a minute take it out of service for longer and longer, the others go on', async () => {
    const rig = new Rig();
    const bad = detector({ name: 'bad' });
    rig.program(bad, detector({ name: 'good' }));
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    const trap = async (times: number) => {
      for (let i = 0; i < times; i++) {
        partition.feed(execs(node, 1, TRAP_AT + (i < 3 ? 0 : 10)), node.state);
        await partition.settle(LONG);
      }
    };
    rig.program(bad, detector({ name: 'good', kinds: [] }));
    await trap(4);
    expect(rig.quarantines).toMatchObject([{ fault: 'DETECTOR_TRAP', faults: 3, until: rig.now + 60_000 }]);
    expect(rig.runtime.stats()[0]).toMatchObject({ state: 'quarantined', skipped: { quarantine: 1, fault: 3 } });
    rig.now += 60_000;
    partition.take();
    partition.feed(execs(node, 1, 5), node.state);
    await partition.settle(LONG);
    expect(partition.take()).toHaveLength(1);
    await trap(3);
    expect(rig.quarantines[1]?.until).toBe(rig.now + 120_000);
    expect(rig.runtime.resume(bad.versionId)).toBe(true);
    expect(rig.runtime.resume(bad.versionId)).toBe(false);
    partition.feed(execs(node, 1, 5), node.state);
    await partition.settle(LONG);
    expect(partition.take()).toHaveLength(1);
    await rig.runtime.stop();
  });

  it('a configuration that is refused is one too', async () => {
    const rig = new Rig();
    rig.program(detector({ config: '!' }));
    const node = new PlayedNode();
    const partition = rig.runtime.partition(3);
    partition.feed(execs(node, 1, 5), node.state);
    await partition.settle(LONG);
    expect(rig.quarantines).toMatchObject([{ fault: 'DETECTOR_CONFIG', message: 'it refuses its configuration: hit' }]);
    await rig.runtime.stop();
  });
});

it('drops what a slow one has no room for, and nobody else waits', async () => {
  const gates: (() => void)[] = [];
  const rig = new Rig({
    limits: { waitingParts: 3 },
    gate: ({ config }, what) =>
      config === '{"slow":true}' && what === 'batch' ? new Promise((resolve) => void gates.push(resolve)) : undefined,
  });
  const slow = detector({ name: 'slow', config: '{"slow":true}' });
  rig.program(slow, detector({ name: 'quick', owner: 'bob' }));
  const node = new PlayedNode();
  const partition = rig.runtime.partition(3);
  for (let i = 0; i < 10; i++) {
    partition.feed(execs(node, 1, i), node.state);
    await partition.settle(i === 0 ? 200 : 20);
  }
  const quick = partition.take();
  expect(quick.map(({ detector: { name } }) => name)).toEqual(Array(10).fill('quick'));
  expect(rig.runtime.stats()[0]).toMatchObject({ skipped: { queue: 6 }, queue: 4 });
  while (rig.runtime.stats()[0]?.queue) {
    for (const open of gates.splice(0)) open();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(partition.take()).toHaveLength(4);
  await rig.runtime.stop();
});
