import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { ALERT_STREAM, EVENT_STREAM } from '@picket/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { BusConnection } from './connect.ts';
import { AUDIT_STREAM, ensureStateBucket, ensureStreams } from './streams.ts';
import { BUS_DEFAULTS } from './types.ts';

let nats: TestNats;
let connection: BusConnection;
let js: JetStreamClient;
let jsm: JetStreamManager;

beforeEach(async () => {
  nats = await startNats();
  const seedFile = nats.seedFiles['control-plane'];
  connection = await BusConnection.open({ url: nats.url, seedFile, name: 'test', connectMs: 1000 });
  js = jetstream(connection.nats);
  jsm = await jetstreamManager(connection.nats);
});
afterEach(async () => {
  await connection.close();
  await nats.stop();
});

test('streams and bucket are made, and making them again changes nothing', async () => {
  await Promise.all([ensureStreams(jsm, BUS_DEFAULTS), ensureStreams(jsm, BUS_DEFAULTS)]);
  await ensureStreams(jsm, BUS_DEFAULTS);
  const events = await jsm.streams.info(EVENT_STREAM);
  expect(events.config).toMatchObject({
    subjects: ['picket.events.>'],
    retention: 'limits',
    storage: 'file',
    discard: 'old',
    max_bytes: BUS_DEFAULTS.events.maxBytes,
    duplicate_window: nanos(120_000),
  });
  expect((await jsm.streams.info(ALERT_STREAM)).config.subjects).toEqual(['picket.alerts.>']);
  expect((await jsm.streams.info(AUDIT_STREAM)).config.subjects).toEqual(['picket.audit.>']);
  const bucket = await ensureStateBucket(js, BUS_DEFAULTS);
  await bucket.put('lease.1', 'x');
  const again = await ensureStateBucket(js, BUS_DEFAULTS);
  expect((await again.get('lease.1'))?.string()).toBe('x');
  expect((await bucket.status()).streamInfo.config.allow_direct).toBe(false);
});

test('other limits are taken over and the data stays', async () => {
  await ensureStreams(jsm, BUS_DEFAULTS);
  for (let n = 0; n < 10; n++) await js.publish('picket.events.1.a', `${n}`);
  await ensureStreams(jsm, { ...BUS_DEFAULTS, events: { maxBytes: 50_000_000, maxAgeMs: 60_000 } });
  const { config, state } = await jsm.streams.info(EVENT_STREAM);
  expect(config).toMatchObject({ max_bytes: 50_000_000, max_age: nanos(60_000), duplicate_window: nanos(60_000) });
  expect(state.messages).toBe(10);
});

test('a stream of that name with other subjects or storage is left alone and named', async () => {
  await jsm.streams.add({ name: EVENT_STREAM, subjects: ['orders.>'] });
  await expect(ensureStreams(jsm, BUS_DEFAULTS)).rejects.toMatchObject({
    code: 'BUS_CONFLICT',
    message: expect.stringContaining('orders.>'),
  });
  await jsm.streams.delete(EVENT_STREAM);
  await jsm.streams.add({ name: EVENT_STREAM, subjects: ['picket.events.>'], storage: StorageType.Memory });
  await expect(ensureStreams(jsm, BUS_DEFAULTS)).rejects.toMatchObject({ code: 'BUS_CONFLICT' });
  expect((await jsm.streams.info(EVENT_STREAM)).config.storage).toBe('memory');
});

test('another stream that takes our subjects is reported', async () => {
  await jsm.streams.add({ name: 'OTHER', subjects: ['picket.alerts.critical.>'] });
  await expect(ensureStreams(jsm, BUS_DEFAULTS)).rejects.toMatchObject({
    code: 'BUS_CONFLICT',
    message: expect.stringContaining('another stream'),
  });
});

test('what the server can not give is refused with its reason', async () => {
  const tooMuch = { ...BUS_DEFAULTS, events: { maxBytes: 1e15, maxAgeMs: 1000 } };
  await expect(ensureStreams(jsm, tooMuch)).rejects.toMatchObject({ code: 'BUS_REFUSED' });
});
