import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import type { Bus } from './bus.ts';
import { STATE_BUCKET } from './streams.ts';
import { openTestBus, Recorder, range, TestAgent, until } from './test-bus.ts';
import type { BusSettings } from './types.ts';

/** Nodes of four different partitions. */
const NODES = ['a', 'b', 'd', 'e'];
let nats: TestNats;
let agents: TestAgent[] = [];
const buses: Bus[] = [];

async function replica(settings: Partial<BusSettings> = {}): Promise<{ bus: Bus; work: Recorder }> {
  const { bus } = await openTestBus(nats, settings);
  buses.push(bus);
  const work = new Recorder();
  bus.runPartitions(work);
  return { bus, work };
}

const owned = (one: { bus: Bus }) => one.bus.stats().partitions.map(({ partition }) => partition);
const publishAll = (from: number, to: number) =>
  Promise.all(agents.map((agent) => agent.numbers(from, to, { pauseMs: 1 })));

beforeEach(async () => {
  nats = await startNats({ nodes: NODES });
  agents = await Promise.all(NODES.map((node) => TestAgent.open(nats, node)));
  expect(new Set(agents.map((agent) => agent.partition)).size).toBe(NODES.length);
  // Makes the streams, so that agents can publish before a replica reads.
  await (await openTestBus(nats)).bus.close();
});
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  for (const agent of agents) await agent.close();
  await nats.stop();
});

test('a heartbeat is enough for a partition to be taken', async () => {
  const one = await replica({ lookMs: 600_000 });
  const agent = agents[0] as TestAgent;
  await until(() => {
    agent.connection.publish(`picket.agents.${agent.token}.status`, '{}');
    return owned(one).includes(agent.partition);
  }, 'the partition is taken');
});

test('two replicas share the partitions, and each batch is applied once', async () => {
  await publishAll(1, 30);
  const one = await replica();
  await until(() => owned(one).length === 4, 'the first takes all');
  await until(() => one.work.all.length === 120, 'all batches');
  const two = await replica();
  await until(() => owned(one).length === 2 && owned(two).length === 2, 'they share');
  await publishAll(31, 60);
  await until(() => one.work.all.length + two.work.all.length === 240, 'later batches');
  expect(owned(one).filter((partition) => owned(two).includes(partition))).toEqual([]);
  for (const list of [...one.work.lists.values(), ...two.work.lists.values()]) expect(list).toEqual(range(1, 60));
  expect([...one.work.problems, ...two.work.problems]).toEqual([]);
});

test('what a crashed replica had is taken over and goes on from its checkpoints', async () => {
  await publishAll(1, 1);
  const one = await replica();
  const two = await replica();
  await until(() => owned(one).length === 2 && owned(two).length === 2, 'they share');
  const publishing = publishAll(2, 150);
  await until(() => two.work.all.length > 100, 'work is under way');
  await two.bus.abandon();
  await publishing;
  await until(() => owned(one).length === 4, 'the first takes over');
  await until(() => one.work.all.length === 600, 'all batches');
  for (const list of one.work.lists.values()) expect(list).toEqual(range(1, 150));
});

test('an owner whose partition was taken stops, and its checkpoints are refused', async () => {
  const agent = agents[0] as TestAgent;
  await agent.numbers(1, 10);
  const stale = await replica({ lookMs: 600_000, checkpointMs: 600_000, checkpointBatches: 1_000_000 });
  await until(() => stale.work.all.length === 10, 'the first batches');
  const { bus } = await openTestBus(nats);
  buses.push(bus);
  // As if the first owner had been silent for too long: somebody else has the next epoch.
  const taken = { owner: 'somebody else', epoch: 2, ttlMs: 600_000, expires: 0, write: 'x' };
  bus.nats.publish(`$KV.${STATE_BUCKET}.lease.${agent.partition}`, JSON.stringify(taken));
  await until(() => owned(stale).length === 0, 'the stale owner stops');
  expect(stale.work.problems).toMatchObject([{ error: { code: 'LEASE_LOST' }, partition: agent.partition }]);
  await agent.numbers(11, 20);
  expect(stale.work.lists.size).toBe(0);
});
