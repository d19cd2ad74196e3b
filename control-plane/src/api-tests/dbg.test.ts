import { connect } from 'node:net';
import type { Alert } from '@picket/sdk';
import { type PicketApiError, PicketClient, type StreamOptions } from '@picket/sdk/client';
import { afterEach, expect, test } from 'vitest';
import { inNamespace, sampleAlert } from '../store/testing/alerts.ts';
import { onBothDatabases, onSqlite } from '../store/testing/databases.ts';
import { apis, type TestApi } from './test-api.ts';

const numberOf = (alert: Alert) => Number.parseInt(alert.uuid.slice(-12), 16);

async function write(api: TestApi, ...alerts: Alert[]): Promise<void> {
  await api.store.alerts.upsert(alerts);
  api.written();
}

/** Reads a number of alerts from a stream; `ready` settles when the server has answered. */
function read(client: PicketClient, count: number, options: StreamOptions = {}) {
  const opened = Promise.withResolvers<void>();
  let position = '';
  let received = 0;
  const alerts = (async () => {
    const out: Alert[] = [];
    const stream = client.alerts.stream({
      ...options,
      onOpen: () => {
        options.onOpen?.();
        opened.resolve();
      },
      onPosition: (at) => {
        position = at;
      },
    });
    for await (const alert of stream) {
      received = out.push(alert);
      if (received >= count) break;
    }
    return out;
  })();
  alerts.catch((error: unknown) => opened.reject(error));
  return { opened: opened.promise, alerts, position: () => position, received: () => received };
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

onSqlite((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);
  test('whose client does not read is cut off and counted, and others go on', async () => {
    const api = await start({ config: { stream: { queueCharacters: 200_000 } } });
    const token = await api.token();
    const { port } = new URL(api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause();
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/alerts/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await until(async () => (await api.metric('picket_api_streams ')) === 1);
    const reading = read(api.client(token), Number.POSITIVE_INFINITY);
    await reading.opened;
    const ended = () => api.metric('picket_api_streams_ended_total{reason="slow"}');
    let n = 0;
    // Large enough that the buffers of the kernel fill soon.
    while ((await ended()) === 0) {
      await write(api, sampleAlert(++n, { output: 'x'.repeat(100_000) }));
      const t = Date.now(); while (reading.received() !== n) { await new Promise((r) => setTimeout(r, 10)); if (Date.now() - t > 3000) { console.log("STUCK", n, reading.received(), await api.metric("picket_api_streams "), (await api.registry.metrics()).split("\n").filter(l => l.startsWith("picket_api_stream")), api.logged); throw new Error("stuck"); } }
    }
    expect(await api.metric('picket_api_stream_alerts_unsent_total')).toBeGreaterThan(0);
    expect(api.logged.join()).toContain('does not read');
    expect(await api.metric('picket_api_streams ')).toBe(1);
    socket.resume();
    await gone;
    await api.close();
    await reading.alerts.catch(() => undefined);
  }, 60_000);

});
