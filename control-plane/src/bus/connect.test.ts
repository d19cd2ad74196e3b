import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../scripts/nats/free-port.ts';
import { startNats, type TestNats } from '../../../test/support/nats.ts';
import { toBusError } from './bus-error.ts';
import { BusConnection } from './connect.ts';
import { until } from './test-bus.ts';

let nats: TestNats;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

const open = (seedFile: string, url = nats.url) => BusConnection.open({ url, seedFile, name: 'test', connectMs: 300 });

test('a key that the server does not know is refused, with what to do', async () => {
  const stranger = join(nats.folder, 'stranger.nk');
  await writeFile(stranger, nkeys.createUser().getSeed());
  await expect(open(stranger)).rejects.toMatchObject({
    code: 'BUS_REFUSED',
    message: expect.stringContaining('role control-plane'),
  });
});

test('a missing or broken key file is named, its content is not', async () => {
  const broken = join(nats.folder, 'broken.nk');
  await writeFile(broken, 'SUNOTASEED');
  await expect(open(join(nats.folder, 'nowhere.nk'))).rejects.toMatchObject({ code: 'BUS_REFUSED' });
  const error = await open(broken).catch((reason: Error) => reason);
  expect(error).toMatchObject({ code: 'BUS_REFUSED', message: expect.stringContaining('broken.nk') });
  expect((error as Error).message).not.toContain('SUNOTASEED');
});

test('a server that is not there is named', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  await expect(open(nats.seedFiles['control-plane'], url)).rejects.toMatchObject({
    code: 'BUS_UNAVAILABLE',
    message: expect.stringContaining(url),
  });
});

test('the connection comes back by itself and says so', async () => {
  const connection = await open(nats.seedFiles['control-plane']);
  let told = 0;
  const forget = connection.onReconnect(() => told++);
  await nats.kill();
  await until(() => !connection.isUp, 'the loss is noticed');
  const up = connection.whenUp();
  await nats.restart();
  await up;
  expect([connection.isUp, connection.reconnects, told]).toEqual([true, 1, 1]);
  forget();
  await connection.close();
  expect(connection.isUp).toBe(false);
});

test('an operation outside the permissions is a refusal, not an outage', async () => {
  const agent = await connect({
    servers: nats.url,
    authenticator: nkeyAuthenticator(nats.seeds.agent),
    inboxPrefix: '_INBOX_agent',
  });
  const jsm = await jetstreamManager(agent, { checkAPI: false });
  const error = await jsm.streams.info('PICKET_EVENTS').catch((cause: unknown) => toBusError(cause, 'look'));
  expect(error).toMatchObject({ code: 'BUS_REFUSED' });
  await agent.close();
});
