import { randomBytes } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { CHUNK_BYTES, CheckpointStore } from './checkpoint.ts';
import { BusConnection } from './connect.ts';
import { ensureStateBucket, STATE_STREAM } from './streams.ts';
import { deafBucket } from './test-bus.ts';
import { BUS_DEFAULTS } from './types.ts';

const PATIENCE = 5000;
let nats: TestNats;
let connection: BusConnection;
let kv: KV;
let jsm: JetStreamManager;
let partitions = 0;

beforeAll(async () => {
  nats = await startNats();
  const seedFile = nats.seedFiles['control-plane'];
  connection = await BusConnection.open({ url: nats.url, seedFile, name: 'test', connectMs: 1000 });
  kv = await ensureStateBucket(jetstream(connection.nats), BUS_DEFAULTS);
  jsm = await jetstreamManager(connection.nats);
});
afterAll(async () => {
  await connection.close();
  await nats.stop();
});

const claim = (partition: number, epoch: number) => CheckpointStore.claim(kv, jsm, partition, epoch);
const checkpoint = (applied: number, state: Uint8Array) => ({
  applied,
  settled: applied + 1,
  streamCreated: 'then',
  state,
});

/** Keys of the chunks that the bucket holds for a partition. */
async function chunkKeys(partition: number): Promise<string[]> {
  const info = await jsm.streams.info(STATE_STREAM, { subjects_filter: `$KV.PICKET_STATE.state.${partition}.>` });
  return Object.keys(info.state.subjects ?? {});
}

test.each([
  ['empty', Buffer.alloc(0), 0],
  ['small', Buffer.from('a state'), 0],
  ['large but compressible', Buffer.alloc(3_000_000, 'abc'), 0],
  ['3 MB that do not compress', randomBytes(3_000_000), 6],
])('%s: a state comes back as it was', async (_name, state, chunks) => {
  const partition = partitions++;
  const store = await claim(partition, 1);
  expect(await store.read()).toBeUndefined();
  const stored = await store.write(checkpoint(7, state), PATIENCE);
  expect(stored).toBeGreaterThan(0);
  expect(await chunkKeys(partition)).toHaveLength(chunks);
  const next = await claim(partition, 2);
  const read = await next.read();
  expect(read).toMatchObject({ applied: 7, settled: 8, streamCreated: 'then' });
  expect(Buffer.compare(read?.state ?? Buffer.from('none'), state)).toBe(0);
});

test('chunks of earlier checkpoints are removed without a trace', async () => {
  const partition = partitions++;
  const store = await claim(partition, 1);
  for (let n = 1; n <= 4; n++) await store.write(checkpoint(n, randomBytes(CHUNK_BYTES * n)), PATIENCE);
  await store.write(checkpoint(5, Buffer.from('small')), PATIENCE);
  await store.write(checkpoint(6, Buffer.from('small')), PATIENCE);
  expect(await chunkKeys(partition)).toEqual([]);
  expect((await (await claim(partition, 2)).read())?.applied).toBe(6);
});

test('a stale owner can not write any more, and harms nothing by trying', async () => {
  const partition = partitions++;
  const stale = await claim(partition, 1);
  await stale.write(checkpoint(10, randomBytes(CHUNK_BYTES * 2)), PATIENCE);
  const owner = await claim(partition, 2);
  const late = stale.write(checkpoint(11, randomBytes(CHUNK_BYTES * 2)), PATIENCE);
  await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect((await owner.read())?.applied).toBe(10);
  const state = randomBytes(CHUNK_BYTES * 2);
  await owner.write(checkpoint(12, state), PATIENCE);
  await expect(stale.write(checkpoint(13, Buffer.from('x')), PATIENCE)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(claim(partition, 1)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  // The next claim also clears away what the stale owner left.
  const next = await claim(partition, 3);
  const read = await next.read();
  expect([read?.applied, Buffer.compare(read?.state ?? state.subarray(1), state)]).toEqual([12, 0]);
  expect(await chunkKeys(partition)).toHaveLength(3);
});

test('a checkpoint whose owner died before its end leaves the one before', async () => {
  const partition = partitions++;
  const store = await claim(partition, 1);
  await store.write(checkpoint(1, randomBytes(CHUNK_BYTES + 1)), PATIENCE);
  await kv.put(`state.${partition}.dead.0`, randomBytes(1000));
  await kv.put(`state.${partition}.dead.1`, randomBytes(1000));
  const next = await claim(partition, 2);
  expect((await next.read())?.applied).toBe(1);
  expect(await chunkKeys(partition)).toHaveLength(2);
});

test('a damaged checkpoint is noticed and does not keep the partition from being taken', async () => {
  const bent = partitions++;
  const store = await claim(bent, 1);
  await store.write(checkpoint(1, randomBytes(CHUNK_BYTES * 2)), PATIENCE);
  const key = (await chunkKeys(bent))[0]?.slice('$KV.PICKET_STATE.'.length) ?? '';
  await kv.put(key, randomBytes(CHUNK_BYTES));
  await expect((await claim(bent, 2)).read()).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  await kv.delete(key);
  await expect((await claim(bent, 3)).read()).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });

  const headless = partitions++;
  await kv.put(`checkpoint.${headless}`, 'not a head');
  const taken = await claim(headless, 4);
  await expect(taken.read()).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  await taken.write(checkpoint(2, Buffer.from('ok')), PATIENCE);
  expect((await (await claim(headless, 5)).read())?.applied).toBe(2);
});

test('a checkpoint that arrived without an answer is found before the next one', async () => {
  const partition = partitions++;
  const deaf = deafBucket(kv);
  const store = await CheckpointStore.claim(deaf.kv, jsm, partition, 1);
  await store.write(checkpoint(1, randomBytes(CHUNK_BYTES * 2)), PATIENCE);
  deaf.isDeaf = true;
  await expect(store.write(checkpoint(2, Buffer.from('two')), 0)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  deaf.isDeaf = false;
  await store.write(checkpoint(3, Buffer.from('three')), PATIENCE);
  expect((await (await claim(partition, 2)).read())?.applied).toBe(3);
  expect(await chunkKeys(partition)).toEqual([]);
});

test('a write during an outage succeeds when the bus is back', async () => {
  const partition = partitions++;
  const store = await claim(partition, 1);
  await nats.kill();
  const writing = store.write(checkpoint(3, randomBytes(CHUNK_BYTES * 2)), 60_000);
  await nats.restart();
  await writing;
  expect((await (await claim(partition, 2)).read())?.applied).toBe(3);
});

test('a write that ends without an answer is looked up before the next', async () => {
  const partition = partitions++;
  const store = await claim(partition, 1);
  await store.write(checkpoint(1, randomBytes(CHUNK_BYTES * 2)), PATIENCE);
  await nats.kill();
  await expect(store.write(checkpoint(2, Buffer.from('two')), 0)).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
  await nats.restart();
  await connection.whenUp();
  await store.write(checkpoint(3, Buffer.from('three')), PATIENCE);
  const read = await (await claim(partition, 2)).read();
  expect([read?.applied, Buffer.from(read?.state ?? []).toString()]).toEqual([3, 'three']);
});
