import { access } from 'node:fs/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { startNats } from './nats.ts';

test('what was acked is there after a kill and a restart, and nothing is left after the end', async () => {
  const nats = await startNats();
  const open = () =>
    connect({
      servers: nats.url,
      authenticator: nkeyAuthenticator(nats.seeds['control-plane']),
      inboxPrefix: '_INBOX_control-plane',
      reconnect: false,
    });
  let connection = await open();
  const jsm = await jetstreamManager(connection);
  await jsm.streams.add({ name: 'KEPT', subjects: ['picket.kept'] });
  for (let n = 0; n < 50; n++) await jetstream(connection).publish('picket.kept', `${n}`);
  const { pid } = nats;
  await nats.kill();
  await connection.closed();
  await nats.restart();
  expect(nats.pid).not.toBe(pid);
  connection = await open();
  expect((await (await jetstreamManager(connection)).streams.info('KEPT')).state.messages).toBe(50);
  await connection.close();
  await nats.stop();
  await expect(access(nats.folder)).rejects.toThrow();
  expect(() => process.kill(pid, 0)).toThrow();
});
