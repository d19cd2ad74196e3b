import { createLog } from '@picket/sdk';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { DetectorHost, HostOptions } from '../host/pool/host-contract.ts';
import { startDetectorHost } from '../host/pool/start-detector-host.ts';
import { DetectorRuntime } from './detector-runtime.ts';
import type { LiveDetector } from './live-detector.ts';
import { PlayedNode } from './testing/batches.ts';
import { Rig, told } from './testing/rig.ts';
import { SPIN_AT, TRAP_AT, tallyDetector, tallyModule } from './testing/tally-guest.ts';

const LONG = 30_000;
let module: Uint8Array;
const hosts: { owner: string; host: DetectorHost }[] = [];
const runtimes: DetectorRuntime[] = [];

beforeAll(async () => {
  module = await tallyModule(3);
});

afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.stop()));
  hosts.length = 0;
});

const detector = (more: Partial<LiveDetector> = {}) => tallyDetector(module, more);

function realRuntime(detectors: readonly LiveDetector[], more: Partial<HostOptions> = {}): DetectorRuntime {
  const log = createLog('error', () => undefined);
  const runtime = new DetectorRuntime({
    startHost: async (options) => {
      const host = await startDetectorHost({ ...options, ...more });
      hosts.push({ owner: options.owner, host });
      return host;
    },
    log,
  });
  runtimes.push(runtime);
  runtime.program({ revision: 1, detectors });
  return runtime;
}

/** Ends the process of an owner the hard way. */
function kill(owner: string): void {
  const running = hosts.findLast((started) => started.owner === owner)?.host;
  if (running) process.kill(running.status.pid, 'SIGKILL');
}

it('finds after a kill and a takeover what it finds without', { timeout: 60_000 }, async () => {
  const node = new PlayedNode();
  const slots = [1, 2, 3];
  const batches = Array.from({ length: 30 }, (_, i) => {
    const records = slots.map((slot) => node.exec(slot, 10 + ((i * slot) % 7)));
    return node.batch(i === 0 ? [...slots.map((slot) => node.container(slot, 'shop')), ...records] : records, 1);
  });
  const detectors = [detector({ tickSeconds: 4 }), detector({ name: 'bobs', owner: 'bob', scope: ['shop'] })];

  const plain = new Rig();
  plain.program(...detectors);
  for (const batch of batches) {
    plain.runtime.partition(3).feed(batch, node.state);
    await plain.runtime.partition(3).settle(LONG);
  }
  const expected = told(plain.runtime.partition(3).take());
  await plain.runtime.stop();

  let runtime = realRuntime(detectors);
  let partition = runtime.partition(3);
  const found: string[] = [];
  let bytes = new Uint8Array(0);
  for (const [i, batch] of batches.entries()) {
    partition.feed(batch, node.state);
    if (i === 4 || i === 19) await partition.settle(LONG);
    if (i === 5 || i === 20) kill('ann');
    if (i === 12) {
      await partition.settle(LONG);
      found.push(...told(partition.take()));
      bytes = new Uint8Array(partition.snapshot());
      // the control plane goes with all its processes, and another one goes on
      await runtime.stop();
      runtime = realRuntime(detectors);
      partition = runtime.partition(3);
      partition.restore(bytes);
    }
  }
  await partition.settle(LONG);
  found.push(...told(partition.take()));
  const sortedBy = (name: string, lines: string[]) => lines.filter((line) => line.startsWith(`${name} `));
  for (const { name } of detectors) expect(sortedBy(name, found)).toEqual(sortedBy(name, expected));
  expect(expected.length).toBeGreaterThan(20);
  expect(hosts.filter(({ owner }) => owner === 'ann')).toHaveLength(4);
  expect(runtime.stats().map(({ restarts, skipped }) => [restarts > 0, Math.max(...Object.values(skipped))])).toEqual([
    [true, 0],
    [false, 0],
  ]);
});

it('ends what traps, spins or does too much, and nothing else', { timeout: 60_000 }, async () => {
  const { limits } = detector();
  const all = [
    detector({ name: 'spins', limits: { ...limits, fuel: 2n ** 50n, deadlineMs: 100 } }),
    detector({ name: 'burns', limits: { ...limits, fuel: 1_000_000n } }),
    detector({ name: 'calm', scope: ['shop'] }),
    detector({ name: 'bobs', owner: 'bob', scope: ['shop'] }),
  ];
  const runtime = realRuntime(all);
  const partition = runtime.partition(3);
  const node = new PlayedNode();
  partition.feed(node.batch([node.container(1, 'shop'), node.exec(1, 5)]), node.state);
  await partition.settle(LONG);
  partition.feed(node.batch([node.exec(2, SPIN_AT)]), node.state);
  await partition.settle(LONG);
  partition.feed(node.batch([node.exec(2, TRAP_AT)]), node.state);
  await partition.settle(LONG);
  partition.feed(node.batch([node.exec(1, 5)]), node.state);
  await partition.settle(LONG);
  const stats = runtime.stats().map(({ name, traps, events, restarts }) => ({ name, traps, events, restarts }));
  expect(stats).toMatchObject([
    { name: 'spins', traps: { DETECTOR_DEADLINE: 1, DETECTOR_TRAP: 1 }, events: 2 },
    { name: 'burns', traps: { DETECTOR_FUEL: 1, DETECTOR_TRAP: 1 }, events: 2 },
    { name: 'calm', traps: {}, events: 2 },
    { name: 'bobs', traps: {}, events: 2, restarts: 0 },
  ]);
  expect(hosts).toHaveLength(2);
});

it('puts back the neighbours of one that takes its thread with it', { timeout: 60_000 }, async () => {
  const { limits } = detector();
  const all = [
    detector({ name: 'spins', limits: { ...limits, fuel: 2n ** 50n, deadlineMs: 100 } }),
    detector({ name: 'calm', scope: ['shop'] }),
  ];
  // the thread itself does not interrupt the call: the process ends the thread
  const runtime = realRuntime(all, { callTimeout: false });
  const partition = runtime.partition(3);
  const node = new PlayedNode();
  const counts: string[] = [];
  const feed = async (...records: Uint8Array[]) => {
    partition.feed(node.batch(records), node.state);
    await partition.settle(LONG);
    for (const {
      detector: { name },
      finding,
    } of partition.take())
      counts.push(`${name} ${finding.message.slice(8)}`);
  };
  const some = () => Array.from({ length: 12 }, () => node.exec(1, 5));
  await feed(node.container(1, 'shop'), ...some());
  await feed(node.exec(2, SPIN_AT));
  counts.length = 0;
  await feed(...some());
  expect(runtime.stats()).toMatchObject([
    { traps: { DETECTOR_DEADLINE: 1 }, restarts: 0, events: 24 },
    { traps: {}, restarts: 1, events: 24, skipped: { fault: 0, restart: 0 } },
  ]);
  // both count on: the one from its memory, the other from its state store
  expect(counts.filter((line) => line.startsWith('spins')).every((line) => line > 'spins 0000000c')).toBe(true);
  expect(counts.filter((line) => line.startsWith('calm')).every((line) => line > 'calm 0000000c')).toBe(true);
  expect(counts.length).toBeGreaterThan(2);
  expect(hosts).toHaveLength(1);
});
