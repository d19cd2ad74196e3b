import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  connect,
  type NatsConnection,
  nkeyAuthenticator,
  nkeys,
  PermissionViolationError,
} from '@nats-io/transport-node';
import {
  ALERT_STREAM,
  commandSubject,
  EVENT_STREAM,
  eventSubject,
  nodeToken,
  partitionOf,
  statusSubject,
} from '@picket/sdk';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startNats, type TestNats } from '../../test/support/nats.ts';
import { inboxPrefix, type Role } from './permissions.ts';

const NODE = 'node-a';
let nats: TestNats;
let token: string;
let subject: string;
const open: NatsConnection[] = [];

async function as(role: Role, prefix = inboxPrefix(role)): Promise<NatsConnection> {
  const connection = await connect({
    servers: nats.url,
    authenticator: nkeyAuthenticator(nats.seeds[role]),
    inboxPrefix: prefix,
    reconnect: false,
  });
  open.push(connection);
  return connection;
}

/** Whether the server lets the connection publish. It answers a forbidden publish with an error, an allowed one not. */
async function mayPublish(connection: NatsConnection, to: string): Promise<boolean> {
  let allowed = true;
  const watching = (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError && status.error.subject === to)
        allowed = false;
      if (status.type === 'close') return;
    }
  })();
  connection.publish(to, '{}');
  await connection.flush();
  await connection.close();
  await watching;
  return allowed;
}

async function maySubscribe(connection: NatsConnection, to: string): Promise<boolean> {
  const subscription = connection.subscribe(to);
  await connection.flush();
  const ended = await Promise.race([subscription.closed.then(() => true), connection.flush().then(() => false)]);
  subscription.unsubscribe();
  return !ended;
}

beforeAll(async () => {
  nats = await startNats({ nodes: [NODE] });
  token = await nodeToken(NODE);
  subject = eventSubject(partitionOf(token), token);
  const jsm = await jetstreamManager(await as('control-plane'));
  await jsm.streams.add({ name: EVENT_STREAM, subjects: ['picket.events.>'], allow_direct: true });
  await jsm.streams.add({ name: ALERT_STREAM, subjects: ['picket.alerts.>'] });
  await jsm.consumers.add(EVENT_STREAM, { durable_name: 'picket-p5', ack_policy: 'all' });
});
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});
afterAll(() => nats.stop());

test('nobody gets in without a key, with an unknown key, or with a password', async () => {
  const stranger = nkeyAuthenticator(nkeys.createUser().getSeed());
  for (const credentials of [{}, { authenticator: stranger }, { user: 'admin', pass: 'admin' }, { token: 'x' }])
    await expect(connect({ servers: nats.url, reconnect: false, ...credentials })).rejects.toThrow(/authorization/i);
});

test('an agent publishes the batches and heartbeats of its node, and gets the acks', async () => {
  const agent = await as('agent');
  const ack = await jetstream(agent).publish(subject, 'batch', { msgID: 'one' });
  expect(ack).toMatchObject({ stream: EVENT_STREAM, duplicate: false });
  expect(await mayPublish(agent, statusSubject(token))).toBe(true);
});

test('an agent publishes nothing else', async () => {
  const other = await nodeToken('node-b');
  const wrongPartition = (partitionOf(token) + 1) % 64;
  for (const to of [
    eventSubject(partitionOf(other), other),
    eventSubject(wrongPartition, token),
    statusSubject(other),
    commandSubject(token),
    'picket.alerts.critical.syscall',
    'picket.audit.login',
    `$JS.API.STREAM.INFO.${EVENT_STREAM}`,
    `$JS.API.STREAM.PURGE.${EVENT_STREAM}`,
    '$KV.PICKET_STATE.lease.1',
    `${inboxPrefix('control-plane')}.x`,
  ])
    expect([to, await mayPublish(await as('agent'), to)]).toEqual([to, false]);
});

test('an agent hears the commands for its node and answers them, once each', async () => {
  const agent = await as('agent');
  agent.subscribe(commandSubject(token), {
    callback: (_error, message) => {
      message.respond('done');
      message.respond('and again');
    },
  });
  await agent.flush();
  const controlPlane = await as('control-plane');
  const answers: string[] = [];
  const inbox = `${inboxPrefix('control-plane')}.answers`;
  controlPlane.subscribe(inbox, { callback: (_error, message) => void answers.push(message.string()) });
  controlPlane.publish(commandSubject(token), '{}', { reply: inbox });
  await controlPlane.flush();
  while (answers.length === 0) await controlPlane.flush();
  await agent.flush();
  await controlPlane.flush();
  expect(answers).toEqual(['done']);
  expect((await controlPlane.request(commandSubject(token), '{}')).string()).toBe('done');
});

test('an agent hears nothing else', async () => {
  const other = await nodeToken('node-b');
  for (const to of [
    'picket.>',
    'picket.events.>',
    subject,
    commandSubject(other),
    '_INBOX.>',
    `${inboxPrefix('control-plane')}.>`,
    '>',
    '$KV.>',
  ])
    expect([to, await maySubscribe(await as('agent'), to)]).toEqual([to, false]);
});

test('a subscriber reads events and alerts, live and from the streams', async () => {
  const subscriber = await as('subscriber');
  expect(await maySubscribe(subscriber, 'picket.events.>')).toBe(true);
  expect(await maySubscribe(subscriber, 'picket.alerts.>')).toBe(true);
  await jetstream(await as('agent')).publish(subject, 'stored', { msgID: 'two' });
  const jsm = await jetstreamManager(subscriber, { checkAPI: false });
  const last = (await jsm.streams.info(EVENT_STREAM)).state.last_seq;
  const read = await jsm.direct.getMessage(EVENT_STREAM, { seq: 1, next_by_subj: subject });
  expect(read?.subject).toBe(subject);
  expect((await jsm.direct.getMessage(EVENT_STREAM, { seq: last }))?.string()).toBe('stored');
});

test('a subscriber changes nothing and makes no consumers', async () => {
  for (const to of [
    subject,
    'picket.alerts.critical.syscall',
    commandSubject(token),
    `$JS.API.STREAM.PURGE.${EVENT_STREAM}`,
    `$JS.API.STREAM.DELETE.${ALERT_STREAM}`,
    `$JS.API.STREAM.UPDATE.${EVENT_STREAM}`,
    `$JS.API.STREAM.MSG.DELETE.${EVENT_STREAM}`,
    `$JS.API.CONSUMER.DELETE.${EVENT_STREAM}.picket-p5`,
    `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}.picket-p5`,
    `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}.mine.picket.events.63.>`,
    `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${EVENT_STREAM}.picket-p5`,
    `$JS.API.CONSUMER.MSG.NEXT.${EVENT_STREAM}.picket-p5`,
    `$JS.API.CONSUMER.MSG.NEXT.${ALERT_STREAM}.picket-store`,
    `$JS.ACK.${EVENT_STREAM}.picket-p5.1.1.1.1.1`,
    '$JS.API.STREAM.MSG.GET.KV_PICKET_STATE',
    '$KV.PICKET_STATE.lease.1',
  ])
    expect([to, await mayPublish(await as('subscriber'), to)]).toEqual([to, false]);
  for (const to of ['picket.agents.>', 'picket.audit.>', `${inboxPrefix('agent')}.>`, '$KV.>'])
    expect([to, await maySubscribe(await as('subscriber'), to)]).toEqual([to, false]);
});

test('with the default inbox a role gets no answers: others could read them', async () => {
  const subscriber = await as('subscriber', '_INBOX');
  const jsm = await jetstreamManager(subscriber, { checkAPI: false, timeout: 500 });
  await expect(jsm.streams.info(EVENT_STREAM)).rejects.toThrow();
});
