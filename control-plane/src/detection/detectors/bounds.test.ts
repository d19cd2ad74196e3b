import { beforeAll, describe, expect, it } from 'vitest';
import type { LiveDetector } from './live-detector.ts';
import { decodeRunners } from './partition/saved-runners.ts';
import { PlayedNode } from './testing/batches.ts';
import { Rig, type RigOptions } from './testing/rig.ts';
import { tallyDetector, tallyModule } from './testing/tally-guest.ts';

const LONG = 10_000;
let module: Uint8Array;

beforeAll(async () => {
  module = await tallyModule(1);
});

const detector = (more: Partial<LiveDetector> = {}) => tallyDetector(module, more);

function setUp(options: RigOptions, ...detectors: LiveDetector[]) {
  const rig = new Rig(options);
  rig.program(...detectors);
  const node = new PlayedNode();
  const partition = rig.runtime.partition(3);
  const feed = async (count = 1, ms = LONG) => {
    partition.feed(node.batch(Array.from({ length: count }, () => node.exec(1, 5))), node.state);
    await partition.settle(ms);
    return partition.take();
  };
  return { rig, node, partition, feed };
}

describe('the quota of an owner', () => {
  it('bounds how many detectors run', async () => {
    const { rig, feed } = setUp(
      { quota: { detectors: 1 } },
      detector(),
      detector({ name: 'more' }),
      detector({ name: 'bobs', owner: 'bob' }),
    );
    expect((await feed()).map(({ detector: { name } }) => name).sort()).toEqual(['bobs', 'tally']);
    expect(rig.runtime.stats()[1]).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('ann runs 1 detectors already'),
      skipped: { quota: 1 },
    });
    await rig.runtime.stop();
  });

  it('bounds their memory', async () => {
    const { rig, feed } = setUp({ quota: { memoryBytes: 1000 } }, detector());
    expect(await feed()).toHaveLength(1);
    const more = detector({ name: 'more' });
    rig.program(detector(), more);
    expect(await feed()).toHaveLength(1);
    expect(rig.runtime.stats()[1]).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('1000 bytes of memory'),
    });
    await rig.runtime.stop();
  });

  it('bounds their fuel: batches wait, then they are skipped, and it goes on when there is some', async () => {
    const options = { quota: { fuelPerSecond: 100 }, limits: { waitingParts: 1 } };
    const { rig, feed } = setUp(options, detector(), detector({ name: 'bobs', owner: 'bob', kinds: [] }));
    expect(await feed()).toHaveLength(1);
    expect(await feed(1, 5)).toHaveLength(0);
    expect(await feed(3, 5)).toHaveLength(0);
    expect(rig.runtime.stats()[0]).toMatchObject({ skipped: { fuel: 3 }, queue: 1 });
    rig.now += 3_600_000;
    await feed(2, 5);
    while (rig.runtime.stats()[0]?.queue) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(rig.runtime.stats()[0]).toMatchObject({ events: 2, skipped: { fuel: 3, queue: 2 } });
    await rig.runtime.stop();
  });

  it('bounds their findings', async () => {
    const { rig, feed } = setUp({ quota: { findingsPerMinute: 4 } }, detector());
    expect(await feed(6)).toHaveLength(4);
    rig.now += 60_000;
    expect(await feed(2)).toHaveLength(2);
    expect(rig.runtime.stats()[0]).toMatchObject({ findings: 6, dropped: { findings: 2 } });
    await rig.runtime.stop();
  });
});

it('a detector finds no more in a minute of event time than its manifest says', async () => {
  const { limits } = detector();
  const { rig, node, feed } = setUp({}, detector({ limits: { ...limits, findingsPerMinute: 3 } }));
  expect(await feed(5)).toHaveLength(3);
  node.time += 60_000_000_000;
  expect(await feed(5)).toHaveLength(3);
  expect(rig.runtime.stats()[0]).toMatchObject({ dropped: { findings: 4 } });
  await rig.runtime.stop();
});

describe('batches that are handed in together', () => {
  it('may say together what each of them may', async () => {
    const { rig, node, partition } = setUp({}, detector());
    const some = (pid: number) =>
      partition.feed(node.batch(Array.from({ length: 200 }, () => node.exec(1, pid))), node.state);
    some(1);
    some(2);
    await partition.settle(LONG);
    expect(partition.take().map(({ batch, index }) => [batch.streamSequence, index])).toEqual(
      Array.from({ length: 400 }, (_, i) => [i < 200 ? 1 : 2, i % 200]),
    );
    // together, and once more each
    expect(rig.hosts[0]?.host.calls).toBe(3);
    expect(rig.runtime.stats()).toMatchObject([{ dropped: { findings: 0 }, events: 400, restarts: 0 }]);
    some(3);
    some(4);
    await partition.settle(LONG);
    expect(rig.hosts[0]?.host.calls).toBe(5);
    await rig.runtime.stop();
  });

  it('a large one comes piece by piece, with its tick behind the last', async () => {
    const { rig, node, partition } = setUp({ limits: { joinBytes: 1000 } }, detector({ tickSeconds: 1 }));
    partition.feed(node.batch([node.exec(1, 5)]), node.state);
    partition.feed(
      node.batch(
        Array.from({ length: 50 }, () => node.exec(1, 5)),
        2,
      ),
      node.state,
    );
    await partition.settle(LONG);
    const indexes = partition.take().map(({ batch, index }) => (batch.streamSequence === 2 ? index : 'before'));
    expect(indexes).toEqual(['before', ...Array.from({ length: 50 }, (_, i) => i), undefined]);
    expect(rig.hosts[0]?.host.calls).toBeGreaterThan(5);
    expect(rig.runtime.stats()).toMatchObject([{ events: 51, queue: 0 }]);
    await rig.runtime.stop();
  });
});

describe('a process that ends', () => {
  it('again and again by one batch: that is left out, the rest goes on', async () => {
    let deadly = false;
    let calls = 0;
    const { rig, feed } = setUp(
      {
        gate: async (_detector, what) => {
          if (what === 'batch' && deadly && ++calls <= 3) rig.kill();
        },
      },
      detector(),
    );
    await feed(2);
    deadly = true;
    expect(await feed(3)).toEqual([]);
    const [after] = await feed(1);
    expect(after?.finding.message.slice(8)).toBe('00000003');
    expect(rig.runtime.stats()[0]).toMatchObject({
      restarts: 3,
      traps: { DETECTOR_HOST_ENDED: 1 },
      skipped: { fault: 3 },
    });
    expect(rig.hosts).toHaveLength(4);
    await rig.runtime.stop();
  });

  it('or that can not be started is tried again; what fits waits for it', async () => {
    const { rig, feed } = setUp({ failedStarts: 2 }, detector());
    expect(await feed()).toHaveLength(1);
    expect(rig.warnings).toEqual(Array(2).fill('the process of detectors can not be started'));
    expect(rig.runtime.stats()[0]).toMatchObject({ restarts: 0, skipped: { fault: 0, queue: 0 } });
    await rig.runtime.stop();
  });

  it('harms no other owner', async () => {
    const { rig, feed } = setUp({}, detector(), detector({ name: 'bobs', owner: 'bob' }));
    await feed();
    rig.kill('bob');
    expect(await feed()).toHaveLength(2);
    expect(rig.runtime.stats().map(({ restarts }) => restarts)).toEqual([0, 1]);
    await rig.runtime.stop();
  });
});

describe('a checkpoint', () => {
  it('leaves out what is too large, and says so', async () => {
    const { rig, partition, feed } = setUp({ savedBytes: 100 }, detector());
    await feed();
    expect(decodeRunners(partition.snapshot())).toEqual([]);
    expect(rig.warnings).toContain('the checkpoint has no room for the state of some detectors: a crash would lose it');
    await rig.runtime.stop();
  });

  it('that was made while one was behind counts what that one did not see', async () => {
    const holds: (() => void)[] = [];
    const { rig, partition, feed } = setUp(
      {
        gate: (_detector, what) => (what === 'batch' ? new Promise((resolve) => void holds.push(resolve)) : undefined),
      },
      detector(),
    );
    await feed(2, 5);
    await feed(3, 5);
    const bytes = partition.snapshot();
    await rig.runtime.stop();
    const next = setUp({}, detector());
    next.partition.restore(bytes);
    expect(next.rig.runtime.stats()[0]).toMatchObject({ skipped: { restart: 5 } });
    expect(await next.feed()).toHaveLength(1);
    await next.rig.runtime.stop();
  });

  it.each([
    ['nothing but zeros', new Uint8Array(64)],
    ['a length that is not true', new Uint8Array([255, 255, 255, 255, 123])],
    ['another form', new TextEncoder().encode('\u0015\0\0\0{"version":2,"r":[]}  ')],
  ])('of %s is refused', async (_what, bytes) => {
    const { rig, partition } = setUp({}, detector());
    expect(() => partition.restore(bytes)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
    await rig.runtime.stop();
  });
});

it('closes what has had nothing to do, and its process; it comes back as it was', async () => {
  const { rig, feed } = setUp({}, detector());
  await feed(2);
  rig.now += 599_999;
  rig.runtime.sweep();
  expect(rig.runtime.stats()).toMatchObject([{ instances: 1 }]);
  rig.now += 1;
  rig.runtime.sweep();
  await expect(rig.hosts[0]?.host.ended).resolves.toMatchObject({ reason: 'stopped' });
  expect(rig.runtime.stats()).toMatchObject([{ instances: 0, state: 'idle', memoryBytes: 0 }]);
  const [back] = await feed(1);
  expect(back?.finding.message.slice(8)).toBe('00000003');
  expect(rig.hosts).toHaveLength(2);
  expect(rig.runtime.stats()).toMatchObject([{ restarts: 0 }]);
  await rig.runtime.stop();
});
