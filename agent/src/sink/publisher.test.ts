import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { makeIdentity } from '../identity.ts';
import { collectingLog, until } from '../testing/collect.ts';
import { EventStream } from '../testing/event-stream.ts';
import type { Dropped } from './batch-queue.ts';
import { BusConnection } from './connection.ts';
import { Publisher, type PublisherOptions } from './publisher.ts';
import type { OutgoingBatch } from './spool.ts';

const NODE = 'publisher-test';
const identity = await makeIdentity(NODE, 7);
let nats: TestNats;
let stream: EventStream;
const opened: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  nats = await startNats({ nodes: [NODE] });
  stream = new EventStream(nats.url, nats.seeds['control-plane']);
});
beforeEach(() => stream.create());
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
  await stream.remove().catch(() => undefined);
});
afterAll(() => nats.stop());

function publisher(options: Partial<PublisherOptions> = {}) {
  const dropped: Dropped[] = [];
  const { log, lines } = collectingLog();
  const made = new Publisher({
    subject: identity.subject,
    window: 32,
    spoolBytes: 64 * 1024 * 1024,
    log,
    onDropped: (batch) => void dropped.push(batch),
    onRoom: () => undefined,
    ...options,
  });
  const connection = new BusConnection({ servers: [nats.url], seed: nats.seeds.agent, name: 'test', log });
  connection.listen(made);
  opened.push(connection);
  return { publisher: made, connection, dropped, lines, started: () => connection.start() };
}

const batch = (n: number, bytes = 600, urgent = false): OutgoingBatch => ({
  id: `${identity.token}.7.${n}`,
  message: Buffer.alloc(bytes, String(n)),
  kinds: new Uint32Array(128),
  urgent,
});
const numbers = async () => (await stream.messages()).map((message) => Number(message.id.split('.').at(-1)));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const settled = (made: Publisher) => until(() => made.queue.batches === 0, 'all acks', 30_000);

describe('Publisher', () => {
  it('stores batches once and in order', async () => {
    const { publisher: made, started, dropped } = publisher();
    for (let n = 0; n < 100; n++) made.offer(batch(n));
    expect(made.inFlight).toBe(0);
    await started();
    for (let n = 100; n < 500; n++) made.offer(batch(n));
    await settled(made);
    expect(await numbers()).toEqual(upTo(500));
    expect(made.stats).toMatchObject({ batches: 500, failures: 0, reordered: 0 });
    expect(dropped).toEqual([]);
  });

  it('never has more on the way than the window, and one until the first is stored', async () => {
    const { publisher: made, started } = publisher({ window: 4 });
    await started();
    for (let n = 0; n < 50; n++) made.offer(batch(n));
    expect(made.inFlight).toBe(1);
    let most = 0;
    await until(() => {
      most = Math.max(most, made.inFlight);
      return made.queue.batches === 0;
    }, 'all acks');
    expect(most).toBeLessThanOrEqual(4);
    expect(await numbers()).toEqual(upTo(50));
  });

  it('waits for a stream that is not there yet, without changing the order', async () => {
    await stream.remove();
    const { publisher: made, started, lines } = publisher();
    for (let n = 0; n < 200; n++) made.offer(batch(n));
    await started();
    await until(() => made.stats.failures > 1, 'failures');
    await stream.create();
    await settled(made);
    expect(await numbers()).toEqual(upTo(200));
    expect(made.stats.reordered).toBe(0);
    expect(lines.join('')).toContain('there is no event stream yet');
  });

  it('loses and doubles nothing over kill -9 of the server and its restart', async () => {
    const { publisher: made, started, connection } = publisher();
    await started();
    let next = 0;
    const load = setInterval(() => {
      for (let i = 0; i < 20; i++) made.offer(batch(next++, 2000));
    }, 2);
    for (let round = 0; round < 2; round++) {
      const before = made.stats.batches;
      await until(() => made.stats.batches > before + 200 && made.inFlight > 0, 'load');
      await nats.kill();
      await until(() => connection.current === undefined, 'the end of the connection');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await nats.restart();
    }
    await until(() => connection.connects >= 3, 'a new connection');
    clearInterval(load);
    await settled(made);
    expect(await numbers()).toEqual(upTo(next));
    expect(made.stats.dropped).toBe(0);
  });

  it('sends again when no answer comes', async () => {
    const { publisher: made, connection, started } = publisher({ ackMs: 100 });
    await started();
    const current = connection.current;
    if (!current) throw new Error('not connected');
    // Batches that get lost on the way: the first publishes are swallowed.
    const publish = current.publish.bind(current);
    let swallowed = 0;
    current.publish = (...args) => {
      if (swallowed++ >= 3) publish(...args);
    };
    for (let n = 0; n < 20; n++) made.offer(batch(n));
    await settled(made);
    expect(made.stats.failures).toBeGreaterThan(0);
    expect(await numbers()).toEqual(upTo(20));
  });

  it('shows it when the stream takes a batch behind later ones, and loses nothing', async () => {
    const { publisher: made, connection, started, lines } = publisher({ ackMs: 100 });
    await started();
    made.offer(batch(0));
    await settled(made);
    const current = connection.current;
    if (!current) throw new Error('not connected');
    const publish = current.publish.bind(current);
    let count = 0;
    current.publish = (...args) => {
      if (count++ !== 3) publish(...args);
    };
    for (let n = 1; n < 20; n++) made.offer(batch(n));
    await settled(made);
    expect((await numbers()).sort((a, b) => a - b)).toEqual(upTo(20));
    expect(made.stats.reordered).toBe(1);
    expect(lines.join('')).toContain('behind later ones');
  });

  it('holds its bound while the bus is away, and reports every batch that it drops', async () => {
    const { publisher: made, dropped, started } = publisher({ spoolBytes: 200_000 });
    for (let n = 0; n < 1000; n++) {
      made.offer(batch(n, 9_000, n % 10 === 0));
      expect(made.queue.bytes).toBeLessThanOrEqual(200_000);
    }
    expect(dropped.length + made.queue.batches).toBe(1000);
    expect(made.stats.dropped).toBe(dropped.length);
    await started();
    await settled(made);
    const stored = await numbers();
    expect(stored).toEqual([...stored].sort((a, b) => a - b));
    expect(new Set([...stored, ...dropped.map((each) => Number(each.id?.split('.').at(-1)))]).size).toBe(1000);
    expect(stored.filter((n) => n % 10 === 0).length).toBeGreaterThan(stored.length / 2);
  });

  it('drops a batch that no server takes, and goes on with the next', async () => {
    const { publisher: made, dropped, started, lines } = publisher();
    await started();
    made.offer(batch(0));
    made.offer(batch(1, 9 * 1024 * 1024));
    made.offer(batch(2));
    await settled(made);
    expect(await numbers()).toEqual([0, 2]);
    expect(dropped.map((each) => each.id)).toEqual([batch(1).id]);
    expect(lines.join('')).toContain('raise its max_payload');
  });

  it('waits for the last acks when it stops, and says what it could not deliver', async () => {
    const one = publisher();
    await one.started();
    for (let n = 0; n < 50; n++) one.publisher.offer(batch(n));
    expect(await one.publisher.stop(5000)).toBe(0);
    expect(await numbers()).toEqual(upTo(50));
    const two = publisher();
    two.publisher.offer(batch(1));
    expect(await two.publisher.stop(50)).toBe(1);
  });
});

describe('BusConnection', () => {
  it('refuses to go on with a key that the bus does not know', async () => {
    const { log } = collectingLog();
    const wrong = new BusConnection({
      servers: [nats.url],
      seed: new TextEncoder().encode('SUAGMJH5XLGZKQQWAWKRZJIGMOU4HPFUYLXJMXOO5NLFEO2OOQJ5LPRDPM'),
      name: 'test',
      log,
    });
    opened.push(wrong);
    await expect(wrong.start()).rejects.toMatchObject({ code: 'BUS_REFUSED' });
  });

  it('says that a subject is refused', async () => {
    const { publisher: made, started, lines } = publisher({ subject: 'picket.events.0.someoneelse' });
    await started();
    made.offer(batch(0));
    await until(() => lines.some((line) => line.includes('the bus refuses the agent')), 'the refusal');
    expect(await made.stop(0)).toBe(1);
  });

  it('waits for a bus that is not there, without showing a password', async () => {
    const { log, lines } = collectingLog();
    const servers = ['nats://user:hunter2@127.0.0.1:9'];
    const lonely = new BusConnection({ servers, seed: nats.seeds.agent, name: 'test', log });
    void lonely.start();
    await until(() => lines.length > 0, 'a line of the log');
    await lonely.stop();
    expect(lines.join('')).toContain('127.0.0.1:9');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('takes an answer that came too late for no refusal', async () => {
    // A server that greets and then says what nats-server says to a client that does not answer in time.
    const slow = createServer((socket) => {
      socket.write('INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576,"headers":true}\r\n');
      socket.write("-ERR 'Authentication Timeout'\r\n");
      socket.on('error', () => undefined).end();
    });
    await new Promise<void>((resolve) => void slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo;
    const { log, lines } = collectingLog();
    const servers = [`nats://127.0.0.1:${port}`];
    const patient = new BusConnection({ servers, seed: nats.seeds.agent, name: 'test', log });
    patient.start().catch((error) => lines.push(`ended ${error}`));
    await until(() => lines.length > 0, 'a line of the log');
    await patient.stop();
    slow.close();
    expect(lines[0]).toContain('trying again');
  });
});
