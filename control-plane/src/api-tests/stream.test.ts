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

onBothDatabases((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  test('sends every new alert and every new revision, in order, and nothing old', async () => {
    const api = await start();
    const client = api.client(await api.token({ role: 'viewer' }));
    await write(api, sampleAlert(1));
    const reading = read(client, 4);
    await reading.opened;
    await write(api, sampleAlert(2), sampleAlert(3));
    await write(api, sampleAlert(1, { revision: 2, count: 2 }));
    await write(api, sampleAlert(1, { revision: 1 }));
    await write(api, sampleAlert(4));
    const alerts = await reading.alerts;
    expect(alerts.map(numberOf)).toEqual([2, 3, 1, 4]);
    expect(alerts[2]?.count).toBe(2);
    await until(async () => (await api.metric('picket_api_streams ')) === 0);
  });

  test('a list and a stream from its position have every alert once between them', async () => {
    const api = await start();
    const client = api.client(await api.token());
    await write(api, sampleAlert(1), sampleAlert(2));
    const page = await client.alerts.list();
    await write(api, sampleAlert(3));
    const reading = read(client, 2, { lastEventId: page.position });
    await reading.opened;
    await write(api, sampleAlert(4));
    expect([...page.items.map(numberOf), ...(await reading.alerts).map(numberOf)]).toEqual([2, 1, 3, 4]);
  });

  test('resumes in the middle of much that was missed, while more is written', async () => {
    const api = await start();
    const client = api.client(await api.token());
    const first = read(client, 1);
    await first.opened;
    await write(api, sampleAlert(0));
    await first.alerts;
    await write(api, ...Array.from({ length: 450 }, (_, i) => sampleAlert(1 + i)));
    const rest = read(client, 500, { lastEventId: first.position() });
    for (let i = 0; i < 50; i++) await write(api, sampleAlert(451 + i));
    expect((await rest.alerts).map(numberOf)).toEqual(Array.from({ length: 500 }, (_, i) => 1 + i));
  });

  test('goes on by itself when the server breaks off, without a gap', async () => {
    const api = await start();
    const token = await api.token();
    const broken: PicketApiError[] = [];
    let connections = 0;
    // Every second connection is cut right after it opened.
    const flaky: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (++connections % 2 === 0) return response;
      const cut = new TransformStream({
        start: (controller) => {
          setTimeout(() => controller.error(new Error('cut')), 30);
        },
      });
      return new Response(response.body?.pipeThrough(cut) ?? null, response);
    };
    const client = new PicketClient({ baseUrl: api.url, token, fetch: flaky });
    const reading = read(client, 3, { onRetry: (error) => broken.push(error) });
    await reading.opened;
    await until(() => broken.length > 0);
    await write(api, sampleAlert(1), sampleAlert(2));
    await write(api, sampleAlert(3));
    expect((await reading.alerts).map(numberOf)).toEqual([1, 2, 3]);
    expect(broken[0]).toMatchObject({ code: 'NETWORK', status: 0 });
  });

  test('sees what another control plane writes to the same store', async () => {
    const api = await start({ config: { stream: { pollMs: 20 } } });
    const reading = read(api.client(await api.token()), 1);
    await reading.opened;
    await api.store.alerts.upsert([sampleAlert(5)]);
    expect((await reading.alerts).map(numberOf)).toEqual([5]);
  });

  test('shows a token with a scope only its namespaces, live and resumed', async () => {
    const api = await start();
    const client = api.client(await api.token({ namespaces: ['data'] }));
    const all = api.client(await api.token());
    const position = (await all.alerts.list()).position;
    const live = read(client, 2);
    await live.opened;
    const visible = (n: number) => sampleAlert(n, { workload: inNamespace('data') });
    await write(api, sampleAlert(1), visible(2), sampleAlert(3, { workload: null }), visible(4));
    expect((await live.alerts).map(numberOf)).toEqual([2, 4]);
    expect((await read(client, 2, { lastEventId: position }).alerts).map(numberOf)).toEqual([2, 4]);
  });

  test('says so when it can not continue where it was asked to', async () => {
    const api = await start();
    const client = api.client(await api.token());
    for (const lastEventId of ['abcdef-3', `${api.store.id}-99`]) {
      let resets = 0;
      const reading = read(client, 1, { lastEventId, onReset: () => resets++ });
      await reading.opened;
      await until(() => resets === 1);
      await write(api, sampleAlert(resets + lastEventId.length));
      expect(await reading.alerts).toHaveLength(1);
    }
    const made = read(client, 1, { lastEventId: 'made up' });
    await expect(made.alerts).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(made.opened).rejects.toThrow();
  });

  test('ends when its token is revoked, and can not be opened again', async () => {
    const api = await start({ config: { stream: { heartbeatMs: 20 } } });
    const token = await api.token();
    const reading = read(api.client(token), 1);
    await reading.opened;
    await api.store.tokens.revoke((await api.client(token).whoami()).token_id, 1);
    await expect(reading.alerts).rejects.toMatchObject({ code: 'AUTH_INVALID' });
    expect(await api.metric('picket_api_streams_ended_total{reason="access"}')).toBe(1);
  });
});

onSqlite((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  test('has the headers and the form of server-sent events, and gives signs of life', async () => {
    const api = await start({ config: { stream: { heartbeatMs: 20 } } });
    const response = await api.request('/api/v1/alerts/stream', { token: await api.token() });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(': still here\n\n')) text += (await reader?.read())?.value ?? '';
    expect(text.startsWith(`id: ${api.store.id}-0\nevent: ready\ndata: {}\n\n`)).toBe(true);
    await reader?.cancel();
    await until(async () => (await api.metric('picket_api_streams ')) === 0);
  });

  test('works with the cookie of a session and a position in the address, as an EventSource sends them', async () => {
    const api = await start();
    const body = JSON.stringify({ token: await api.token() });
    const headers = { 'content-type': 'application/json' };
    const login = await api.request('/api/v1/session', { method: 'POST', headers, body });
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    await write(api, sampleAlert(1));
    const path = `/api/v1/alerts/stream?last_event_id=${api.store.id}-0`;
    const response = await api.request(path, { headers: { cookie } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: alert')) text += (await reader?.read())?.value ?? '';
    expect(text).toContain(`id: ${api.store.id}-1\nevent: alert\ndata: {"uuid":"${sampleAlert(1).uuid}"`);
    await reader?.cancel();
  });

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
    const stop = new AbortController();
    const reading = read(api.client(token), Number.POSITIVE_INFINITY, { signal: stop.signal });
    await reading.opened;
    const ended = () => api.metric('picket_api_streams_ended_total{reason="slow"}');
    let n = 0;
    // Large enough that the buffers of the kernel fill soon.
    while ((await ended()) === 0) {
      await write(api, sampleAlert(++n, { output: 'x'.repeat(100_000) }));
      await until(() => reading.received() === n);
    }
    expect(await api.metric('picket_api_stream_alerts_unsent_total')).toBeGreaterThan(0);
    expect(api.logged.join()).toContain('does not read');
    expect(await api.metric('picket_api_streams ')).toBe(1);
    socket.resume();
    await gone;
    stop.abort();
    await reading.alerts;
  }, 60_000);

  test('whose client stands still is cut off even when nothing happens', async () => {
    const api = await start({ config: { stream: { heartbeatMs: 10 } } });
    const token = await api.token();
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/alerts/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await until(async () => (await api.metric('picket_api_streams ')) === 1);
    // Fills what lies between the server and the client, but not the queue.
    for (let n = 1; (await api.metric('picket_api_streams_ended_total{reason="stalled"}')) === 0; n++) {
      await write(api, sampleAlert(n, { output: 'x'.repeat(500_000) }));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    socket.destroy();
  }, 60_000);

  test('is refused beyond the limit of its token, and makes room when one ends', async () => {
    const api = await start();
    const token = await api.token();
    const stop = new AbortController();
    const first = await Promise.all(
      Array.from({ length: 32 }, () => api.request('/api/v1/alerts/stream', { token, signal: stop.signal })),
    );
    expect(first.every((response) => response.status === 200)).toBe(true);
    const more = await api.request('/api/v1/alerts/stream', { token });
    expect([more.status, ((await more.json()) as { code: string }).code]).toEqual([503, 'STREAMS_EXHAUSTED']);
    const other = await api.request('/api/v1/alerts/stream', { token: await api.token() });
    expect(other.status).toBe(200);
    await other.body?.cancel();
    stop.abort();
    await until(
      async () => (await api.request('/api/v1/alerts/stream', { token, signal: AbortSignal.timeout(5000) })).ok,
    );
  });

  test('ends when the server stops, and is not opened while it does', async () => {
    const api = await start();
    const reading = read(api.client(await api.token()), 1, { reconnect: false });
    await reading.opened;
    await api.close();
    expect(await reading.alerts).toEqual([]);
  });

  test('ends for a client that aborts, without an error', async () => {
    const api = await start();
    const stop = new AbortController();
    const reading = read(api.client(await api.token()), 1, { signal: stop.signal });
    await reading.opened;
    stop.abort();
    expect(await reading.alerts).toEqual([]);
    await until(async () => (await api.metric('picket_api_streams ')) === 0);
  });
});
