import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LossReason } from '@picket/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { makeIdentity } from '../identity.ts';
import { collectingLog, until } from '../testing/collect.ts';
import { EventStream } from '../testing/event-stream.ts';
import type { Dropped } from './batch-queue.ts';
import { BusConnection } from './connection.ts';
import { Publisher } from './publisher.ts';
import type { OutgoingBatch } from './spool.ts';

const NODE = 'publisher-disk-test';
const MIB = 1024 * 1024;
const identity = await makeIdentity(NODE, 7);
let nats: TestNats;
let stream: EventStream;
let data: string;
const opened: { stop(ms: number): Promise<unknown> }[] = [];

beforeAll(async () => {
  nats = await startNats({ nodes: [NODE] });
  stream = new EventStream(nats.url, nats.seeds['control-plane']);
});
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'picket-publisher-'));
  await stream.create();
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop(0);
  await stream.remove().catch(() => undefined);
  rmSync(data, { recursive: true, force: true });
});
afterAll(() => nats.stop());

async function publisher(diskMib = 64) {
  const dropped: Dropped[] = [];
  const { log, lines } = collectingLog();
  const made = new Publisher({
    subject: identity.subject,
    window: 32,
    spoolBytes: 2 * MIB,
    disk: { folder: join(data, 'spool'), bytes: diskMib * MIB, token: identity.token },
    log,
    onDropped: (some) => void dropped.push(some),
    onRoom: () => undefined,
  });
  const connection = new BusConnection({ servers: [nats.url], seed: nats.seeds.agent, name: 'test', log });
  connection.listen(made);
  opened.push(connection, made);
  await made.prepare();
  return { publisher: made, connection, dropped, lines, started: () => connection.start() };
}

const batch = (n: number, bytes = 20_000): OutgoingBatch => {
  const kinds = new Uint32Array(128);
  kinds[10] = 3;
  return { id: `${identity.token}.7.${n}`, message: Buffer.alloc(bytes, n % 251), kinds, urgent: n % 5 === 0 };
};
const numbers = async () => (await stream.messages()).map((message) => Number(message.id.split('.').at(-1)));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const settled = ({ publisher: made }: { publisher: Publisher }) =>
  until(() => made.queue.batches + made.queue.diskBatches === 0, 'all acks', 30_000);
const files = () => readdirSync(join(data, 'spool')).filter((name) => name !== 'lock');
/** Offering faster than the disk writes loses batches, and this disk may be a slow one. */
const diskKeepsUp = (made: Publisher) => (made.disk?.waiting ?? 0) < 10;

async function offer(made: Publisher, first: number, count: number): Promise<void> {
  for (let n = first; n < first + count; n++) {
    made.offer(batch(n));
    expect(made.queue.bytes).toBeLessThanOrEqual(2 * MIB);
    if (n % 5 === 0) await until(() => diskKeepsUp(made), 'the disk');
  }
}

describe('Publisher with a disk', () => {
  it('keeps on disk what memory has no room for, and brings it in order', async () => {
    const one = await publisher();
    await offer(one.publisher, 0, 600);
    await until(() => one.publisher.queue.diskBatches > 400, 'batches on disk');
    expect(one.publisher.queue.diskBytes).toBeGreaterThan(8_000_000);
    await one.started();
    await offer(one.publisher, 600, 300);
    await settled(one);
    expect(await numbers()).toEqual(upTo(900));
    expect(one.publisher.stats).toMatchObject({ dropped: 0, reordered: 0, duplicates: 0 });
    await until(() => files().length === 0, 'an empty folder');
    expect(one.publisher.queue).toEqual({ batches: 0, bytes: 0, diskBatches: 0, diskBytes: 0 });
  });

  it('loses and doubles nothing when the server is killed again and again', async () => {
    const one = await publisher();
    await one.started();
    let next = 0;
    const load = setInterval(() => {
      for (let i = 0; i < 5 && diskKeepsUp(one.publisher); i++) one.publisher.offer(batch(next++));
    }, 5);
    for (let round = 0; round < 2; round++) {
      await until(() => one.publisher.stats.batches > (round + 1) * 50, 'load');
      await nats.kill();
      await until(() => one.publisher.queue.diskBatches > 100, 'batches on disk');
      await nats.restart();
    }
    clearInterval(load);
    await settled(one);
    expect(await numbers()).toEqual(upTo(next));
    expect(one.dropped).toEqual([]);
  });

  it('gives the next run everything when it stops without a bus', async () => {
    const one = await publisher();
    await offer(one.publisher, 0, 300);
    expect(await one.publisher.stop(5000)).toBe(0);
    const two = await publisher();
    await offer(two.publisher, 300, 20);
    await two.started();
    await settled(two);
    expect(await numbers()).toEqual(upTo(320));
    expect(two.lines.join('')).toContain('an earlier run left batches on disk');
  });

  it('sends first what a run left that was killed; what was in its memory is gone', async () => {
    const one = await publisher();
    await offer(one.publisher, 0, 300);
    await until(() => one.publisher.queue.diskBatches > 190, 'batches on disk');
    const onDisk = one.publisher.queue.diskBatches;
    // As after a kill: nobody ends it, and its claim is void.
    rmSync(join(data, 'spool/lock'));
    const two = await publisher();
    await offer(two.publisher, 300, 200);
    await two.started();
    await settled(two);
    const stored = await numbers();
    expect(stored).toEqual(upTo(500).slice(-stored.length));
    expect(stored.length).toBeGreaterThanOrEqual(onDisk + 200);
    expect(stored.length).toBeLessThan(500);
  });

  it('counts what finds no room on disk either, and brings the rest', async () => {
    const one = await publisher(1);
    await offer(one.publisher, 0, 500);
    await one.started();
    await settled(one);
    const stored = await numbers();
    const lost = one.dropped.reduce((sum, { batches }) => sum + batches, 0);
    expect(stored).toEqual(stored.toSorted((a, b) => a - b));
    expect(lost).toBeGreaterThan(0);
    expect(stored.length + lost).toBe(500);
    expect(one.dropped.every(({ reason }) => reason === LossReason.spoolFull)).toBe(true);
    expect(one.dropped.reduce((sum, { kinds }) => sum + (kinds[10] ?? 0), 0)).toBe(3 * lost);
    expect(one.publisher.stats.dropped).toBe(lost);
  });

  it('goes on in memory when the folder can not be used or belongs to another agent, and says so', async () => {
    writeFileSync(join(data, 'spool'), 'a file');
    const one = await publisher();
    expect(one.lines.join('')).toMatch(/the spool folder can not be used, batches are kept in memory only.*EEXIST/);
    await offer(one.publisher, 0, 300);
    await one.started();
    await settled(one);
    expect((await numbers()).length + one.dropped.length).toBe(300);
    rmSync(join(data, 'spool'));
    await publisher();
    const other = await publisher();
    expect(other.lines.join('')).toContain('another agent uses it');
  });

  it('makes no folder when the disk is switched off', async () => {
    const one = await publisher(0);
    await offer(one.publisher, 0, 300);
    expect(existsSync(join(data, 'spool'))).toBe(false);
    expect(one.dropped.length).toBeGreaterThan(0);
  });

  it('goes on with a stream that was made anew, and counts that', async () => {
    const one = await publisher();
    await one.started();
    await offer(one.publisher, 0, 20);
    await settled(one);
    await stream.remove();
    await offer(one.publisher, 20, 300);
    await until(() => one.publisher.stats.failures > 0, 'refusals');
    await stream.create();
    await settled(one);
    expect(await numbers()).toEqual(upTo(320).slice(20));
    expect(one.publisher.stats).toMatchObject({ resets: 1, reordered: 0, dropped: 0 });
    expect(one.lines.join('')).toContain('the event stream begins anew');
  });
});
