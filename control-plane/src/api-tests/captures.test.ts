import { readdirSync } from 'node:fs';
import { BACKTEST_LIMITS } from '@picket/sdk/client';
import { afterEach, describe, expect, test } from 'vitest';
import { onSqlite } from '../store/testing/databases.ts';
import { backtestApis, bytes } from './test-backtest-api.ts';

onSqlite((database) => {
  const { start, endAll } = backtestApis(database.open);
  afterEach(endAll);

  describe('a capture', () => {
    test.each([
      ['nothing', new Uint8Array(0), 422, 'CAPTURE_REFUSED'],
      ['other bytes', new Uint8Array(100).fill(7), 422, 'CAPTURE_REFUSED'],
      ['one that ends early', bytes.slice(0, -20), 422, 'CAPTURE_REFUSED'],
      ['one that was changed', changed(bytes), 422, 'CAPTURE_REFUSED'],
    ])('%s is refused, and nothing of it stays', async (_, body, status, code) => {
      const { api, backtests } = await start();
      const { captures } = api.client(await api.token());
      await expect(captures.upload(body)).rejects.toMatchObject({ status, code });
      expect((await captures.list()).items).toEqual([]);
      expect(readdirSync(`${backtests.folder}/captures`)).toEqual([]);
    });

    test.each([
      ['no capture', 20 << 20, 422],
      ['too large', BACKTEST_LIMITS.captureBytes + 1, 413],
    ])('that is long and %s is refused before it is read', async (_, length, status) => {
      const { api } = await start();
      const { captures } = api.client(await api.token());
      await expect(captures.upload(new Uint8Array(length))).rejects.toMatchObject({ status });
    });

    test('is refused as another type, and beyond the number that is kept', async () => {
      const { api } = await start();
      const token = await api.token();
      const { captures } = api.client(token);
      const other = { method: 'POST', token, headers: { 'content-type': 'text/plain' }, body: bytes };
      expect((await api.request('/api/v1/captures', other)).status).toBe(415);
      for (let i = 0; i < BACKTEST_LIMITS.captures; i++) await captures.upload(bytes);
      await expect(captures.upload(bytes)).rejects.toMatchObject({ status: 409, code: 'CAPTURES_FULL' });
      const page = await captures.list({ limit: 10 });
      const rest = await captures.list({ limit: 10, cursor: page.next ?? '' });
      expect([page.items.length, rest.items.length, rest.next]).toEqual([10, 6, null]);
      await expect(captures.list({ cursor: 'made up' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });
  });
});

/** One byte in the middle is another. */
function changed(original: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(original);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 0xff;
  return copy;
}
