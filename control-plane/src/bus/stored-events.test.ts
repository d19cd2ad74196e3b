import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { EVENT_STREAM } from '@picket/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import type { Bus } from './bus.ts';
import { openTestBus, range, TestAgent } from './test-bus.ts';
import type { StoredEvents } from './types.ts';

const NODE = 'past-node';
let nats: TestNats;
let agent: TestAgent;
let bus: Bus;

beforeEach(async () => {
  nats = await startNats({ nodes: [NODE] });
  agent = await TestAgent.open(nats, NODE);
  ({ bus } = await openTestBus(nats));
});
afterEach(async () => {
  await bus.close();
  await agent.close();
  await nats.stop();
});

async function numbers({ messages }: StoredEvents, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const out: number[] = [];
  for await (const { bytes } of messages) {
    out.push(Number(Buffer.from(bytes).toString().trim()));
    if (out.length >= most) break;
  }
  return out;
}

/** The server removes a consumer a moment after it was asked to. */
async function expectNoConsumers(): Promise<void> {
  const jsm = await jetstreamManager(bus.nats);
  await expect.poll(async () => (await jsm.streams.info(EVENT_STREAM)).state.consumer_count).toBe(0);
}

test('the past is read in order up to where it stood, and leaves nothing behind', async () => {
  await agent.numbers(1, 50);
  const stored = await bus.storedEvents({ since: 0, most: 1000 });
  await agent.numbers(51, 60);
  expect(await numbers(stored)).toEqual(range(1, 50));
  expect(stored.cut).toBe('stored');
  await expectNoConsumers();
});

test('only the newest when there is more than wanted, only a time when asked for, and nothing of an empty stream', async () => {
  expect(await numbers(await bus.storedEvents({ since: 0, most: 10 }))).toEqual([]);
  await agent.numbers(1, 20);
  const newest = await bus.storedEvents({ since: 0, most: 5 });
  expect([await numbers(newest), newest.cut]).toEqual([range(16, 20), 'batches']);
  await wait(20);
  const since = Date.now();
  await agent.numbers(21, 25);
  const late = await bus.storedEvents({ since, most: 1000 });
  expect([await numbers(late), late.cut]).toEqual([range(21, 25), null]);
  await expectNoConsumers();
});

test('a reader may stop before the end', async () => {
  await agent.numbers(1, 100);
  expect(await numbers(await bus.storedEvents({ since: 0, most: 1000 }), 3)).toEqual([1, 2, 3]);
  await expectNoConsumers();
});
