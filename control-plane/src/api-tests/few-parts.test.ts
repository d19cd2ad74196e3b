import { expect, it, test } from 'vitest';
import { hasMoreParts } from '../api/detectors/few-parts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { startApi } from './test-api.ts';

it.each<[unknown, number]>([
  [{ a: 1, b: [1, 2] }, 6],
  [{ 'a,b': '[{,:', c: 'x\\' }, 4],
  [{ a: '"', b: '\\"', c: '\\\\' }, 6],
  [[[[[]]]], 4],
])('parts of %j are counted', (value, parts) => {
  const json = Buffer.from(JSON.stringify(value));
  expect([hasMoreParts(json, parts), hasMoreParts(json, parts - 1)]).toEqual([false, true]);
});

it.each(['"never ends', '"\\', '\\"', ''])('%j is no reason to fail', (text) => {
  expect(hasMoreParts(Buffer.from(text), 0)).toBe(false);
});

onSqlite((database) => {
  test('an upload of very many parts is refused before anybody reads it, and only after the token', async () => {
    const api = await startApi(await database.open());
    const config = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`n${at}`, at]));
    const body = JSON.stringify({ manifest: 'x', core: 'AAAA', config });
    const send = async (token?: string) => {
      const headers = { 'content-type': 'application/json' };
      const response = await api.request('/api/v1/detectors', {
        method: 'POST',
        headers,
        body,
        ...(token && { token }),
      });
      return (await response.json()) as { code: string; detail: string } satisfies object;
    };
    expect(await send(await api.token({ role: 'author' }))).toMatchObject({
      code: 'REQUEST_INVALID',
      detail: expect.stringContaining('50000'),
    });
    expect((await send(await api.token({ role: 'viewer' }))).code).toBe('AUTH_FORBIDDEN');
    await api.close();
  });
});
