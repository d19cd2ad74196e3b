import { describe, expect, test } from 'vitest';
import { PicketApiError, PicketClient } from './client.ts';

type Answer = Response | Error | ((init: RequestInit) => Response | Promise<Response>);

/** A client whose requests are answered one after the other by what is given. */
function clientOf(...answers: Answer[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fake = async (url: unknown, init: RequestInit = {}) => {
    asked.push({ url: String(url), init });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return typeof answer === 'function' ? await answer(init) : (answer as Response);
  };
  const client = new PicketClient({
    baseUrl: 'http://picket/',
    token: 'pkt_x',
    fetch: fake as typeof fetch,
    timeout: 50,
  });
  return { client, asked };
}

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', 'x-request-id': 'r1' },
    ...init,
  });

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  json({ type: 't', title: 'Title', status, detail: 'what to do', code, request_id: 'r9' }, { status, headers });

const alert = {
  ...{ uuid: '00000000-0000-5000-8000-000000000001', revision: 1, time: '2026-01-01T00:00:00.123456789Z' },
  ...{ rule: 'r', priority: 'Warning', output: 'o', source: 'syscall', hostname: 'n', tags: [], output_fields: {} },
  ...{ detector: { kind: 'rule', id: 'r', version: '1' }, container: null, process: null, workload: null, mitre: [] },
  ...{ evidence: { events: [], lost: [], metadata: 'complete' }, count: 1, incident: null },
  ...{ first_seen: '2026-01-01T00:00:00Z', last_seen: '2026-01-01T00:00:00Z' },
};

const stream = (text: string, init: ResponseInit = {}) =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' }, ...init });
const event = (id: string, uuidEnd = 1) =>
  `id: ${id}\nevent: alert\ndata: ${JSON.stringify({ ...alert, uuid: alert.uuid.slice(0, -1) + uuidEnd })}\n\n`;

describe('requests', () => {
  test('carry the token and only the parameters that are given', async () => {
    const { client, asked } = clientOf(json({ items: [alert], next: null, position: 'p-1' }));
    const page = await client.alerts.list({ priority: 'Warning', q: 'a&b', container: undefined, limit: 5 });
    expect(page.items[0]?.uuid).toBe(alert.uuid);
    expect(asked[0]?.url).toBe('http://picket/api/v1/alerts?priority=Warning&q=a%26b&limit=5');
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer pkt_x' });
  });

  test('do not let an id change the address', async () => {
    const { client, asked } = clientOf(json(alert));
    await client.alerts.get('../tokens?x=/');
    expect(asked[0]?.url).toBe('http://picket/api/v1/alerts/..%2Ftokens%3Fx%3D%2F');
  });

  test('send a body as JSON, and take an answer without one', async () => {
    const { client, asked } = clientOf(new Response(null, { status: 204 }));
    await client.tokens.revoke('id');
    expect(asked[0]?.init).toMatchObject({ method: 'DELETE' });
    const other = clientOf(problem(401, 'AUTH_INVALID'));
    await other.client.session.login('pkt_y').catch(() => undefined);
    expect(other.asked[0]?.init).toMatchObject({ method: 'POST', body: '{"token":"pkt_y"}' });
  });
});

describe('failures', () => {
  const failure = async (...answers: Answer[]) =>
    (await clientOf(...answers)
      .client.whoami()
      .catch((error: unknown) => error)) as PicketApiError;

  test('carry what the problem document says', async () => {
    const error = await failure(problem(429, 'RATE_LIMITED', { 'retry-after': '7' }));
    expect(error).toBeInstanceOf(PicketApiError);
    expect(error).toMatchObject({
      ...{ code: 'RATE_LIMITED', status: 429, title: 'Title', detail: 'what to do', message: 'what to do' },
      ...{ requestId: 'r9', retryAfter: 7, final: false },
    });
    expect((await failure(problem(403, 'AUTH_FORBIDDEN'))).final).toBe(true);
  });

  test('of something that is not the API say so', async () => {
    const page = new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } });
    expect(await failure(page)).toMatchObject({ code: 'RESPONSE_INVALID', status: 502 });
    expect(await failure(new Response('<html>'))).toMatchObject({ code: 'NETWORK' });
    expect(await failure(json({ role: 'emperor' }))).toMatchObject({ code: 'RESPONSE_INVALID', requestId: 'r1' });
  });

  test('of the network and of time have their own codes', async () => {
    expect(await failure(new TypeError('fetch failed'))).toMatchObject({ code: 'NETWORK', status: 0 });
    const never: Answer = (init) =>
      new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    expect(await failure(never)).toMatchObject({ code: 'TIMEOUT', status: 0 });
  });

  test('are the reason of the caller when the caller aborted', async () => {
    const reason = new Error('mine');
    const never: Answer = (init) =>
      new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const stop = new AbortController();
    const asking = clientOf(never).client.whoami({ signal: stop.signal });
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
});

describe('a stream', () => {
  const positions = (asked: { init: RequestInit }[]) =>
    asked.map(({ init }) => (init.headers as Record<string, string>)['last-event-id']);

  test('continues after the last event when it breaks, and skips what is no alert', async () => {
    const { client, asked } = clientOf(
      stream(`id: s-1\nevent: ready\ndata: {}\n\n: hi\n\n${event('s-2')}`),
      new TypeError('down'),
      problem(503, 'STORE_UNAVAILABLE'),
      stream(`event: news\ndata: x\n\n${event('s-3', 2)}`),
    );
    const seen: string[] = [];
    const retries: string[] = [];
    for await (const one of client.alerts.stream({ onRetry: (error) => retries.push(error.code) })) {
      seen.push(one.uuid.slice(-1));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['1', '2']);
    expect(positions(asked)).toEqual([undefined, 's-2', 's-2', 's-2']);
    expect(retries).toEqual(['NETWORK', 'NETWORK', 'STORE_UNAVAILABLE']);
  });

  test('knows its position before the first alert', async () => {
    const { client, asked } = clientOf(stream('id: s-7\nevent: ready\ndata: {}\n\n'), stream(event('s-8')));
    for await (const _ of client.alerts.stream()) break;
    expect(positions(asked)).toEqual([undefined, 's-7']);
  });

  test('tells of a reset', async () => {
    const { client } = clientOf(stream(`id: t-1\nevent: reset\ndata: {}\n\n${event('t-2')}`));
    let resets = 0;
    for await (const _ of client.alerts.stream({ lastEventId: 'old-9', onReset: () => resets++ })) break;
    expect(resets).toBe(1);
  });

  test('without reconnection ends with the connection, or throws', async () => {
    const once = { reconnect: false };
    const all = async (...answers: Answer[]) => {
      const out = [];
      for await (const one of clientOf(...answers).client.alerts.stream(once)) out.push(one);
      return out;
    };
    expect(await all(stream(event('s-1')))).toHaveLength(1);
    await expect(all(new TypeError('down'))).rejects.toMatchObject({ code: 'NETWORK' });
  });

  test.each([
    ['refused', problem(401, 'AUTH_EXPIRED'), 'AUTH_EXPIRED'],
    ['no event stream', json({}), 'RESPONSE_INVALID'],
    ['not JSON', stream('event: alert\ndata: {\n\n'), 'RESPONSE_INVALID'],
    ['no alert', stream('event: alert\ndata: {"uuid":1}\n\n'), 'RESPONSE_INVALID'],
  ])('that is %s throws and does not try again', async (_, answer, code) => {
    const { client, asked } = clientOf(answer);
    await expect(client.alerts.stream().next()).rejects.toMatchObject({ code });
    expect(asked).toHaveLength(1);
  });
});
