import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstream } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { BusConnection } from './connect.ts';
import { type Lease, LeaseTable } from './lease.ts';
import { ensureStateBucket } from './streams.ts';
import { until } from './test-bus.ts';
import { BUS_DEFAULTS } from './types.ts';

const TTL = 600;
let nats: TestNats;
let connection: BusConnection;
let kv: KV;
let keys = 0;
const freshKey = () => `lease.test-${keys++}`;
const table = (owner: string, ttlMs = TTL) => new LeaseTable(kv, owner, ttlMs);

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

/** Tries until the lease is there. */
async function acquire(leases: LeaseTable, key: string): Promise<Lease> {
  while (true) {
    const lease = await leases.tryAcquire(key);
    if (lease) return lease;
    await wait(50);
  }
}

test('one of many gets a free lease', async () => {
  const key = freshKey();
  const got = await Promise.all(Array.from({ length: 8 }, (_, n) => table(`owner-${n}`).tryAcquire(key)));
  const held = got.filter((lease) => lease !== undefined);
  expect(held).toHaveLength(1);
  expect(held[0]?.epoch).toBe(1);
  await held[0]?.release();
});

test('a lease that is renewed is not taken, one that is given back is taken at once', async () => {
  const key = freshKey();
  const first = await table('a').tryAcquire(key);
  const others = table('b');
  const until = performance.now() + 3 * TTL;
  while (performance.now() < until) {
    expect(await others.tryAcquire(key)).toBeUndefined();
    await wait(50);
  }
  expect(first?.isLost).toBe(false);
  expect(first?.isDoubtful).toBe(false);
  await first?.release();
  const second = await others.tryAcquire(key);
  expect(second?.epoch).toBe(2);
  await second?.release();
});

test('the lease of a process that was killed is taken over after its time, with the next epoch', async () => {
  const key = freshKey();
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('test-owner.ts', import.meta.url)),
      nats.url,
      nats.seedFiles['control-plane'],
      key,
      `${TTL}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('held 1\n');
    const others = table('b');
    expect(await others.tryAcquire(key)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lease = await acquire(others, key);
    expect(lease.epoch).toBe(2);
    await lease.release();
  } finally {
    child.kill('SIGKILL');
  }
});

test('an owner that was silent for too long learns that its lease is lost', async () => {
  const key = freshKey();
  const stale = await table('a').tryAcquire(key);
  if (!stale) return expect.fail('the lease was free');
  // Somebody else takes it, as after a pause of the first owner.
  const entry = await kv.get(key);
  const taken = { owner: 'b', epoch: 2, ttlMs: TTL, expires: 0, write: 'x' };
  await kv.put(key, JSON.stringify(taken), { previousSeq: entry?.revision ?? 0 });
  await expect(stale.confirm()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await stale.lost;
  expect([stale.isLost, stale.isDoubtful]).toEqual([true, true]);
  await expect(stale.assure()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await stale.release();
  expect((await kv.get(key))?.json()).toMatchObject({ owner: 'b' });
});

test('while the bus is away a lease is doubtful; it is ours again when nobody took it', async () => {
  const key = freshKey();
  const lease = await table('a').tryAcquire(key);
  if (!lease) return expect.fail('the lease was free');
  await nats.kill();
  await until(() => lease.isDoubtful, 'the lease becomes doubtful');
  expect(lease.isLost).toBe(false);
  const assured = lease.assure();
  await nats.restart();
  await assured;
  expect(lease.isDoubtful).toBe(false);
  expect(lease.trouble).toBeUndefined();
  await lease.release();
});

test('the wait for a silent owner begins anew whenever it is heard', async () => {
  const key = freshKey();
  const others = table('b', 200);
  const write = (n: number) =>
    kv.put(key, JSON.stringify({ owner: 'a', epoch: 7, ttlMs: 400, expires: 0, write: `${n}` }));
  for (let n = 0; n < 4; n++) {
    await write(n);
    for (const _ of [1, 2, 3]) {
      expect(await others.tryAcquire(key)).toBeUndefined();
      await wait(50);
    }
  }
  const lease = await acquire(others, key);
  expect(lease.epoch).toBe(8);
  await lease.release();
});

test('a lease that can not be read does not wedge its partition for ever nor lower the epoch', async () => {
  const key = freshKey();
  const revision = await kv.put(key, 'garbage');
  expect(await table('b').tryAcquire(key)).toBeUndefined();
  await kv.put(key, JSON.stringify({ owner: '', epoch: revision, ttlMs: 1, expires: 0, write: '' }));
  const lease = await table('b').tryAcquire(key);
  expect(lease?.epoch).toBe(revision + 1);
  await lease?.release();
});
