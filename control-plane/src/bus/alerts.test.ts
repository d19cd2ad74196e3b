import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { ALERT_STREAM, Alert, type PicketError } from '@picket/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import type { Bus } from './bus.ts';
import { openTestBus, range, until } from './test-bus.ts';
import type { BusSettings } from './types.ts';

let nats: TestNats;
const buses: Bus[] = [];

async function open(settings: Partial<BusSettings> = {}): Promise<{ bus: Bus; errors: PicketError[] }> {
  const opened = await openTestBus(nats, settings);
  buses.push(opened.bus);
  return opened;
}

function alert(n: number, more: Partial<Alert> = {}): Alert {
  const time = new Date(1_700_000_000_000 + n).toISOString();
  return Alert.parse({
    uuid: randomUUID(),
    revision: 1,
    time,
    rule: `rule ${n}`,
    priority: 'Critical',
    output: 'something happened',
    source: 'syscall',
    hostname: 'node-a',
    tags: [],
    output_fields: {},
    detector: { kind: 'rule', id: 'r', version: '1' },
    container: null,
    process: null,
    workload: null,
    mitre: [],
    evidence: { events: [], lost: [], metadata: 'complete' },
    count: 1,
    first_seen: time,
    last_seen: time,
    incident: null,
    ...more,
  });
}

const rules = (from: number, to: number) => range(from, to).map((n) => `rule ${n}`);

beforeEach(async () => {
  nats = await startNats();
});
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  await nats.stop();
});

test('alerts reach the stream once and in order, across kill -9 of the server', async () => {
  const { bus } = await open();
  const stored: string[] = [];
  bus.readAlerts((alerts) => {
    stored.push(...alerts.map(({ rule }) => rule));
  });
  for (const n of range(1, 300)) {
    void bus.publishAlert(alert(n));
    if (n === 100) {
      await until(() => bus.stats().publisher.published > 0, 'first acks');
      await nats.kill();
    }
    if (n === 200) await nats.restart();
  }
  await bus.flushAlerts();
  expect(bus.stats().publisher).toMatchObject({ queued: 0, published: 300, refused: 0 });
  await until(() => new Set(stored).size === 300, 'all alerts are stored');
  const jsm = await jetstreamManager(bus.nats);
  const { state } = await jsm.streams.info(ALERT_STREAM, { subjects_filter: '>' });
  expect(state.messages).toBe(300);
  expect(state.subjects).toEqual({ 'picket.alerts.critical.syscall': 300 });
  const read: string[] = [];
  const other = await open();
  other.bus.readAlerts((alerts) => void read.push(...alerts.map(({ rule }) => rule)), { consumer: 'in-order' });
  await until(() => read.length === 300, 'the stream is read');
  expect(read).toEqual(rules(1, 300));
});

test('flush waits for what was handed over before it', async () => {
  const { bus } = await open();
  await bus.flushAlerts();
  await nats.kill();
  let acked = 0;
  for (const n of range(1, 5)) void bus.publishAlert(alert(n)).then(() => acked++);
  let flushed = false;
  const flushing = bus.flushAlerts().then(() => {
    flushed = true;
  });
  await wait(100);
  expect([flushed, acked]).toEqual([false, 0]);
  await nats.restart();
  await flushing;
  expect(acked).toBe(5);
});

test('the same alert and revision is there once, a new revision is a message of its own', async () => {
  const { bus } = await open();
  const one = alert(1);
  await bus.publishAlert(one);
  await bus.publishAlert(one);
  await bus.publishAlert({ ...one, revision: 2, count: 5 });
  const jsm = await jetstreamManager(bus.nats);
  expect((await jsm.streams.info(ALERT_STREAM)).state.messages).toBe(2);
});

test('an alert that the bus can not take is refused, counted, and does not hold up the next', async () => {
  const { bus, errors } = await open();
  const large = bus.publishAlert(alert(1, { output: 'x'.repeat(9 * 1024 * 1024) }));
  const next = bus.publishAlert(alert(2));
  await expect(large).rejects.toMatchObject({ code: 'ALERT_REFUSED' });
  await next;
  expect(bus.stats().publisher).toMatchObject({ queued: 0, published: 1, refused: 1 });
  expect(errors.map(({ code }) => code)).toEqual(['ALERT_REFUSED']);
});

test('an alert is read again until the store has taken it', async () => {
  const { bus, errors } = await open();
  const stored: string[] = [];
  let failures = 2;
  bus.readAlerts((alerts) => {
    if (failures-- > 0) throw new Error('the disk is full');
    stored.push(...alerts.map(({ rule }) => rule));
  });
  await bus.publishAlert(alert(1));
  await until(() => stored.length === 1, 'the alert is stored');
  expect(errors.map(({ code }) => code)).toEqual(['HANDLER_FAILED']);
  expect(bus.stats().alertReader).toMatchObject({ projected: 1, failed: 2, malformed: 0 });
});

test('a reader goes on where the last one stopped, or from the start to rebuild', async () => {
  const first = await open();
  const seen: string[] = [];
  first.bus.readAlerts((alerts) => void seen.push(...alerts.map(({ rule }) => rule)));
  for (const n of range(1, 10)) await first.bus.publishAlert(alert(n));
  await until(() => seen.length === 10, 'the first alerts');
  await first.bus.nats.flush();
  await first.bus.close();

  const second = await open();
  const later: string[] = [];
  second.bus.readAlerts((alerts) => void later.push(...alerts.map(({ rule }) => rule)));
  await second.bus.publishAlert(alert(11));
  await until(() => later.length > 0, 'the next alert');
  expect(later).toEqual(['rule 11']);
  await second.bus.close();

  const third = await open();
  const all: string[] = [];
  third.bus.readAlerts((alerts) => void all.push(...alerts.map(({ rule }) => rule)), { rebuild: true });
  await until(() => all.length === 11, 'all alerts again');
  expect(all).toEqual(rules(1, 11));
});

test('a message that is no alert is reported and left out', async () => {
  const { bus, errors } = await open();
  const stored: string[] = [];
  bus.readAlerts((alerts) => void stored.push(...alerts.map(({ rule }) => rule)));
  bus.nats.publish('picket.alerts.critical.syscall', 'not json');
  bus.nats.publish('picket.alerts.critical.syscall', JSON.stringify({ ...alert(1), revision: 0 }));
  await bus.publishAlert(alert(2));
  await until(() => stored.length === 1, 'the good alert');
  expect(stored).toEqual(['rule 2']);
  expect(errors.map(({ code }) => code)).toEqual(['ALERT_MALFORMED', 'ALERT_MALFORMED']);
  expect(bus.stats().alertReader).toMatchObject({ malformed: 2, projected: 1 });
});

test('a live view sees the alerts of all replicas, once each, until it stops listening', async () => {
  const one = await open();
  const two = await open();
  const seen: string[] = [];
  const stop = one.bus.onAlert(({ rule }) => seen.push(rule));
  one.bus.onAlert(() => {
    throw new Error('a broken view');
  });
  await one.bus.nats.flush();
  const first = alert(1);
  await two.bus.publishAlert(first);
  await two.bus.publishAlert(first);
  await one.bus.publishAlert(alert(2));
  await until(() => seen.length === 2, 'both alerts');
  stop();
  await two.bus.publishAlert(alert(3));
  await one.bus.nats.flush();
  expect(seen).toEqual(['rule 1', 'rule 2']);
  expect(one.errors.map(({ code }) => code)).toContain('HANDLER_FAILED');
});

test('a full queue holds the partitions up instead of growing', async () => {
  const { bus } = await open({ alertQueue: 3 });
  await nats.kill();
  const published = range(1, 3).map((n) => bus.publishAlert(alert(n)));
  expect(bus.stats().publisher.queued).toBe(3);
  await nats.restart();
  await Promise.all(published);
  expect(bus.stats().publisher.queued).toBe(0);
});
