import { jetstream } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { compareAndSet } from './compare-and-set.ts';
import { BusConnection } from './connect.ts';
import { ensureStateBucket } from './streams.ts';
import { deafBucket } from './test-bus.ts';
import { BUS_DEFAULTS } from './types.ts';

let nats: TestNats;
let connection: BusConnection;
let kv: KV;
const bytes = (text: string) => Buffer.from(text);

beforeAll(async () => {
  nats = await startNats();
  const seedFile = nats.seedFiles['control-plane'];
  connection = await BusConnection.open({ url: nats.url, seedFile, name: 'test', connectMs: 1000 });
  kv = await ensureStateBucket(jetstream(connection.nats), BUS_DEFAULTS);
});
afterAll(async () => {
  await connection.close();
  await nats.stop();
});

test('a write succeeds on the expected revision only', async () => {
  const first = await compareAndSet(kv, { key: 'a', value: bytes('1'), revision: 0, patienceMs: 1000 });
  expect(first).toBeGreaterThan(0);
  expect(await compareAndSet(kv, { key: 'a', value: bytes('2'), revision: 0, patienceMs: 1000 })).toBeUndefined();
  const second = await compareAndSet(kv, { key: 'a', value: bytes('3'), revision: first ?? 0, patienceMs: 1000 });
  expect(second).toBeGreaterThan(first ?? 0);
  expect((await kv.get('a'))?.string()).toBe('3');
});

test('a write whose answer got lost is recognised as ours and is there once', async () => {
  const deaf = deafBucket(kv);
  deaf.isDeaf = true;
  const writing = compareAndSet(deaf.kv, { key: 'b', value: bytes('ours'), revision: 0, patienceMs: 60_000 });
  const revision = await writing;
  expect(revision).toBe((await kv.get('b'))?.revision);
  expect((await kv.status()).values).toBe(2);
});

test('a write by somebody else in between is not taken for ours', async () => {
  const deaf = deafBucket(kv);
  deaf.isDeaf = true;
  const revision = await kv.put('c', 'theirs');
  const write = { key: 'c', value: bytes('ours'), revision: revision - 1, patienceMs: 60_000 };
  expect(await compareAndSet(deaf.kv, write)).toBeUndefined();
});

test('patience ends with an error that says so, and at once when it is called off', async () => {
  await nats.kill();
  const calledOff = AbortSignal.abort();
  for (const write of [{ patienceMs: 0 }, { patienceMs: 600_000, signal: calledOff }])
    await expect(compareAndSet(kv, { key: 'd', value: bytes('1'), revision: 0, ...write })).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
    });
  await nats.restart();
});
