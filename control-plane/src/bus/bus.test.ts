import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { EVENT_STREAM } from '@picket/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import type { Bus } from './bus.ts';
import { consumerName } from './event-consumer.ts';
import { openTestBus, Recorder, range, TestAgent, until } from './test-bus.ts';
import type { BusSettings } from './types.ts';

const NODE = 'reader-node';
let nats: TestNats;
let agent: TestAgent;
const buses: Bus[] = [];

/** Opens the bus and reads partitions with a fresh pipeline. */
async function read(
  work = new Recorder(),
  settings: Partial<BusSettings> = {},
): Promise<{ bus: Bus; work: Recorder; errors: unknown[] }> {
  const { bus, errors } = await openTestBus(nats, settings);
  buses.push(bus);
  bus.runPartitions(work);
  return { bus, work, errors };
}

const partitionStats = (bus: Bus) => bus.stats().partitions.find((one) => one.partition === agent.partition);

beforeEach(async () => {
  nats = await startNats({ nodes: [NODE] });
  agent = await TestAgent.open(nats, NODE);
});

afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  await agent.close();
  await nats.stop();
});

test('every batch is applied once across kill -9 of the server under load', async () => {
  const { bus, work } = await read();
  const publishing = agent.numbers(1, 400, { pauseMs: 1, bytes: 20_000 });
  await until(() => work.all.length > 100, 'first batches');
  await nats.kill();
  await wait(200);
  await nats.restart();
  await until(() => work.all.length > 250, 'batches after the first crash');
  await nats.kill();
  await nats.restart();
  await publishing;
  await until(() => work.all.length >= 400, 'all batches');
  expect(work.all).toEqual(range(1, 400));
  expect(work.restored).toEqual([undefined]);
  expect(partitionStats(bus)).toMatchObject({ batches: 400, skipped: 0, lostAtMost: 0 });
});

test('a reader that crashed in mid-stream goes on from its checkpoint with the same result', async () => {
  const first = await read();
  const publishing = agent.numbers(1, 400, { pauseMs: 1 });
  await until(() => (partitionStats(first.bus)?.checkpoints ?? 0) >= 2, 'two checkpoints');
  await first.bus.abandon();
  const second = await read();
  await publishing;
  await until(() => second.work.all.length >= 400, 'all batches');
  expect(second.work.restored[0]?.length).toBeGreaterThan(0);
  expect(second.work.restored[0]).toEqual(range(1, second.work.restored[0]?.length ?? 0));
  expect(second.work.all).toEqual(range(1, 400));
});

test('a clean end leaves a checkpoint of everything and gives the partition back at once', async () => {
  // With a lease this long only a lease that was given back can be taken within the test.
  const settings = { leaseTtlMs: 600_000, checkpointMs: 600_000, checkpointBatches: 1_000_000 };
  const first = await read(new Recorder(), settings);
  await agent.numbers(1, 25);
  await until(() => first.work.all.length === 25, 'all batches');
  await first.bus.close();
  const second = await read(new Recorder(), settings);
  await until(() => second.work.restored.length > 0, 'the partition is taken');
  expect(second.work.restored).toEqual([range(1, 25)]);
  await agent.numbers(26, 30);
  await until(() => second.work.all.length === 30, 'later batches');
  expect(partitionStats(second.bus)).toMatchObject({ batches: 5, epoch: 2 });
});

test('acks follow the checkpoints', async () => {
  const { bus, work } = await read();
  await agent.numbers(1, 60);
  await until(() => work.all.length === 60, 'all batches');
  await until(() => (partitionStats(bus)?.checkpoints ?? 0) >= 1, 'a checkpoint');
  const jsm = await jetstreamManager(bus.nats);
  let floor = 0;
  while (floor < 60) {
    floor = (await jsm.consumers.info(EVENT_STREAM, consumerName(agent.partition))).ack_floor.stream_seq;
    await wait(25);
  }
  expect(floor).toBe(60);
});

test('a malformed batch is reported and skipped, and the partition goes on', async () => {
  const { bus, work } = await read();
  await agent.publish('1', 'a');
  await agent.publish('garbage', 'b');
  await agent.publish('2', 'c');
  await until(() => work.all.length === 2, 'the good batches');
  expect(work.all).toEqual([1, 2]);
  expect(work.problems).toMatchObject([
    { error: { code: 'BATCH_CORRUPT' }, partition: agent.partition, streamSequence: 2, skipped: true },
  ]);
  expect(partitionStats(bus)).toMatchObject({ batches: 3, skipped: 1 });
});

test('a batch that breaks the pipeline is tried once more from the checkpoint, then left out', async () => {
  const work = new Recorder();
  const tries: number[] = [];
  work.before = (value) => {
    if (value !== 3) return;
    tries.push(value);
    throw new TypeError('a bug in the pipeline');
  };
  await read(work);
  await agent.numbers(1, 5);
  await until(() => work.all.length === 4 && work.all.includes(5), 'the batches behind it');
  expect(work.all).toEqual([1, 2, 4, 5]);
  expect(tries).toHaveLength(2);
  expect(work.problems.map(({ error, streamSequence, skipped }) => [error.code, streamSequence, skipped])).toEqual([
    ['HANDLER_FAILED', 3, false],
    ['HANDLER_FAILED', 3, false],
    ['HANDLER_FAILED', 3, true],
  ]);
});

test('an error that passes costs nothing', async () => {
  const work = new Recorder();
  let failures = 0;
  work.before = (value) => {
    if (value === 3 && failures++ === 0) throw new Error('out of luck');
  };
  const { bus } = await read(work);
  await agent.numbers(1, 5);
  await until(() => work.all.length === 5, 'all batches');
  expect(work.all).toEqual(range(1, 5));
  expect(partitionStats(bus)).toMatchObject({ skipped: 0 });
});

test('a state of 3 MB that does not compress goes through a checkpoint', async () => {
  const padding = randomBytes(3_000_000);
  const first = await read(new Recorder(padding));
  await agent.numbers(1, 20);
  await until(() => first.work.all.length === 20, 'all batches');
  await first.bus.close();
  const second = await read(new Recorder(padding));
  await until(() => second.work.restored.length > 0, 'the partition is taken');
  expect(second.work.restored).toEqual([range(1, 20)]);
  await agent.numbers(21, 22);
  await until(() => second.work.all.length === 22, 'later batches');
  await until(() => (partitionStats(second.bus)?.checkpoints ?? 0) > 0, 'a checkpoint');
  expect(partitionStats(second.bus)?.checkpointBytes).toBeGreaterThan(3_000_000);
});

test('batches that the stream dropped before they were read are reported', async () => {
  const settings = { events: { maxBytes: 300_000, maxAgeMs: 3600_000 } };
  const first = await read(new Recorder(), settings);
  await agent.numbers(1, 5, { bytes: 20_000 });
  await until(() => first.work.all.length === 5, 'the first batches');
  await first.bus.close();
  await agent.numbers(6, 40, { bytes: 20_000 });
  const second = await read(new Recorder(), settings);
  await until(() => second.work.all.at(-1) === 40, 'the last batch');
  await until(() => second.work.losses.length > 0, 'the loss is reported');
  const kept = second.work.all.filter((value) => value > 5);
  expect(second.work.all.slice(0, 5)).toEqual(range(1, 5));
  expect(kept).toEqual(range(kept[0] ?? 0, 40));
  expect(kept[0]).toBeGreaterThan(6);
  expect(second.work.losses).toEqual([
    {
      partition: agent.partition,
      reason: 'bus_limit',
      first: 6,
      last: (kept[0] ?? 0) - 1,
      batchesAtMost: (kept[0] ?? 0) - 6,
    },
  ]);
  expect(partitionStats(second.bus)).toMatchObject({ lostAtMost: (kept[0] ?? 0) - 6 });
});

test('nothing is reported as lost when the stream drops what was applied', async () => {
  const { bus, work } = await read(new Recorder(), { events: { maxBytes: 300_000, maxAgeMs: 3600_000 } });
  await agent.numbers(1, 1);
  await until(() => work.all.length === 1, 'the partition is taken');
  await agent.numbers(2, 60, { bytes: 20_000, pauseMs: 5 });
  await until(() => work.all.length === 60, 'all batches');
  await wait(300);
  expect(work.losses).toEqual([]);
  expect(partitionStats(bus)?.lostAtMost).toBe(0);
});

test('a stream that was made anew is noticed and read from its start', async () => {
  const { bus, work } = await read();
  await agent.numbers(1, 10);
  await until(() => work.all.length === 10, 'the first batches');
  const jsm = await jetstreamManager(bus.nats);
  const { config } = await jsm.streams.info(EVENT_STREAM);
  await jsm.streams.delete(EVENT_STREAM);
  await jsm.streams.add(config);
  await agent.numbers(11, 13);
  await until(() => work.all.length === 13, 'the batches of the new stream');
  expect(work.all).toEqual(range(1, 13));
  expect(work.problems.map(({ error }) => error.code)).toContain('STREAM_REPLACED');
});

test('a checkpoint that can not be read is reported and the stream read from its start', async () => {
  const first = await read();
  await agent.numbers(1, 10);
  await until(() => first.work.all.length === 10, 'all batches');
  await first.bus.close();
  const { bus } = await openTestBus(nats);
  buses.push(bus);
  bus.nats.publish(`$KV.PICKET_STATE.checkpoint.${agent.partition}`, 'garbage');
  await bus.nats.flush();
  const second = await read();
  await until(() => second.work.all.length === 10, 'all batches again');
  expect(second.work.all).toEqual(range(1, 10));
  expect(second.work.problems.map(({ error }) => error.code)).toEqual(['CHECKPOINT_CORRUPT']);
});

test('the end does not hang while the bus is away, and says what was not saved', async () => {
  const { bus, work } = await read(new Recorder(), { checkpointMs: 600_000, checkpointBatches: 1_000_000 });
  await agent.numbers(1, 3);
  await until(() => work.all.length === 3, 'all batches');
  await nats.kill();
  await bus.close();
  expect(work.problems.map(({ error }) => error.code)).toContain('BUS_UNAVAILABLE');
  await nats.restart();
});
