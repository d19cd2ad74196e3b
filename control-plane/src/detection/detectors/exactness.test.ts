import { beforeAll, expect, it } from 'vitest';
import type { Batch } from '../../types.ts';
import { NodeState } from '../state/node-state.ts';
import type { LiveDetector } from './live-detector.ts';
import { PlayedNode } from './testing/batches.ts';
import { Rig, told } from './testing/rig.ts';
import { tallyDetector, tallyModule } from './testing/tally-guest.ts';

const LONG = 10_000;
const RUNS = 12;
let module: Uint8Array;
let looseModule: Uint8Array;

beforeAll(async () => {
  module = await tallyModule(3);
  looseModule = await tallyModule(3, 4, 3);
});

/** mulberry32: the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A batch and the state of its node behind it, as bytes: a replay finds the same. */
interface Played {
  readonly batch: Batch;
  readonly state: Uint8Array;
}

function stream(seed: number): Played[] {
  const next = random(seed);
  const nodes = [new PlayedNode('node-a'), new PlayedNode('node-b', 7n)];
  return Array.from({ length: 60 }, () => {
    const node = nodes[next(2)] as PlayedNode;
    const records = Array.from({ length: 1 + next(6) }, () => {
      const slot = 1 + next(3);
      const what = next(12);
      if (what === 0) return node.container(slot, 'shop', { labels: [`turn=${next(3)}`] });
      return what < 3 ? node.open(slot, 10 + next(9)) : node.exec(slot, 10 + next(9));
    });
    const batch = node.batch(records, next(4));
    return { batch, state: node.state.snapshot() };
  });
}

const stateOf = ({ batch, state }: Played): NodeState => {
  const node = new NodeState(batch.header.node);
  node.restore(state);
  return node;
};

const detectors = (): LiveDetector[] => [
  tallyDetector(module, { name: 'ticking', tickSeconds: 3 }),
  tallyDetector(module, { name: 'scoped', scope: ['shop'], tickSeconds: 5 }),
  tallyDetector(module, { name: 'other', owner: 'bob' }),
  tallyDetector(looseModule, { name: 'loose', owner: 'bob', tickSeconds: 4 }),
];

/** One batch after the other, each answered before the next. */
async function plainRun(played: readonly Played[]): Promise<string[]> {
  const rig = new Rig();
  rig.program(...detectors());
  const partition = rig.runtime.partition(3);
  const found: string[] = [];
  for (const one of played) {
    partition.feed(one.batch, stateOf(one));
    await partition.settle(LONG);
    found.push(...told(partition.take()));
  }
  await rig.runtime.stop();
  return found;
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** The same with whatever happens to processes: what it took, and how much of that happened. */
async function roughRun(played: readonly Played[], seed: number) {
  const next = random(seed);
  const limits = { keptCalls: 2 + next(6), joinMs: next(2), joinRecords: 1 + next(20) };
  let rig = new Rig({ limits });
  rig.program(...detectors());
  let partition = rig.runtime.partition(3);
  const found: string[] = [];
  const happened = { kills: 0, takeovers: 0, evictions: 0 };
  // where the last checkpoint stands: batch, findings, bytes
  let checkpoint: { at: number; found: number; bytes: Uint8Array } = { at: 0, found: 0, bytes: new Uint8Array(0) };
  for (let at = 0; at < played.length; at++) {
    const one = played[at] as Played;
    partition.feed(one.batch, stateOf(one));
    const what = next(10);
    if (what < 4) await turns(next(4));
    if (what === 4) {
      rig.kill(next(3) === 0 ? 'bob' : 'ann');
      happened.kills++;
    }
    if (what === 5) {
      await partition.settle(LONG);
      found.push(...told(partition.take()));
      checkpoint = { at: at + 1, found: found.length, bytes: partition.snapshot() };
    }
    if (what === 6 && next(3) === 0) {
      await rig.runtime.stop();
      rig = new Rig({ limits });
      if (next(2) === 0) rig.program(...detectors());
      partition = rig.runtime.partition(3);
      partition.restore(checkpoint.bytes);
      rig.program(...detectors());
      found.length = checkpoint.found;
      at = checkpoint.at - 1;
      happened.takeovers++;
    }
    if (what === 7 && next(2) === 0) {
      await partition.settle(LONG);
      rig.now += 600_000;
      rig.runtime.sweep();
      await turns(8);
      happened.evictions++;
    }
    found.push(...told(partition.take()));
  }
  await partition.settle(LONG);
  found.push(...told(partition.take()));
  const skipped = rig.runtime.stats().flatMap((stats) => Object.values(stats.skipped));
  const restarts = rig.runtime.stats().reduce((sum, stats) => sum + stats.restarts, 0);
  await rig.runtime.stop();
  return { found, happened, restarts, skipped: skipped.reduce((sum, count) => sum + count, 0) };
}

it('finds the same however batches are joined, processes are killed, instances evicted and partitions taken over', async () => {
  const sum = { kills: 0, takeovers: 0, evictions: 0, findings: 0 };
  for (let seed = 1; seed <= RUNS; seed++) {
    const played = stream(seed);
    const plain = await plainRun(played);
    const rough = await roughRun(played, seed * 7919);
    expect(rough.skipped, `seed ${seed}`).toBe(0);
    // answers of different instances come in any order, those of one in the order of its calls
    for (const { name } of detectors())
      expect(
        rough.found.filter((line) => line.startsWith(`${name} `)),
        `seed ${seed}, ${name}`,
      ).toEqual(plain.filter((line) => line.startsWith(`${name} `)));
    for (const key of ['kills', 'takeovers', 'evictions'] as const) sum[key] += rough.happened[key];
    sum.findings += plain.length;
  }
  expect(Math.min(...Object.values(sum))).toBeGreaterThan(5);
}, 120_000);
