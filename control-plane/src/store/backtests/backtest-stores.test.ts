import { describe, expect, test } from 'vitest';
import { onBothDatabases } from '../testing/databases.ts';
import type { BacktestEnd, BacktestHead } from './backtest-store.ts';
import type { CaptureRecord } from './capture-store.ts';

const idOf = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const progress = { phase: 'waiting', batches: 0, of: null, events: 0, events_per_second: 0 } as const;

const head = (n: number, overrides: Partial<BacktestHead> = {}): BacktestHead => ({
  id: idOf(n),
  state: 'queued',
  subject: { kind: 'detector', name: 'port-scan', version: '1.0.0', version_id: 'a'.repeat(64) },
  source: { since: '2027-01-01T00:00:00Z' },
  filters: { nodes: ['n\u0000"1'] },
  namespaces: ['shop'],
  versionId: 'a'.repeat(64),
  created: 1000 + n,
  createdBy: 'token-1',
  replica: 'one',
  seen: 1000 + n,
  started: null,
  finished: null,
  progress,
  clean: null,
  error: null,
  ...overrides,
});

const end = (overrides: Partial<BacktestEnd> = {}): BacktestEnd => ({
  state: 'done',
  finished: 9000,
  progress: { ...progress, phase: 'running', batches: 7 },
  clean: true,
  error: null,
  result: null,
  ...overrides,
});

const capture = (n: number, overrides: Partial<CaptureRecord> = {}): CaptureRecord => ({
  id: idOf(n),
  bytes: 5_000_000_000,
  batches: 3,
  from: 1000,
  until: null,
  namespaces: null,
  created: 1000 + n,
  createdBy: 'token-1',
  ...overrides,
});

onBothDatabases((database) => {
  describe('backtests', () => {
    test('are started once, ended once, and come back as they were written', async () => {
      const { backtests } = await database.open();
      await backtests.insert(head(1));
      expect(await backtests.get(idOf(1))).toEqual({ ...head(1), result: null });
      expect([await backtests.start(idOf(1), 2000), await backtests.start(idOf(1), 2001)]).toEqual([true, false]);
      expect(await backtests.touch(idOf(1), 3000, progress)).toBe(true);
      expect([await backtests.end(idOf(1), end()), await backtests.end(idOf(1), end({ state: 'failed' }))]).toEqual([
        true,
        false,
      ]);
      expect(await backtests.touch(idOf(1), 4000, progress)).toBe(false);
      expect(await backtests.get(idOf(1))).toMatchObject({ state: 'done', started: 2000, finished: 9000, clean: true });
      expect(await backtests.get('nothing')).toBeUndefined();
      expect([await backtests.delete(idOf(1)), await backtests.delete(idOf(1))]).toEqual([true, false]);
    });

    test('are listed, the newest first, and the oldest that have ended make room', async () => {
      const { backtests } = await database.open();
      for (const n of [1, 2, 3, 4]) await backtests.insert(head(n));
      for (const n of [1, 3, 4]) await backtests.end(idOf(n), end());
      expect((await backtests.list()).map(({ id }) => id)).toEqual([4, 3, 2, 1].map(idOf));
      expect([await backtests.keepNewest(1), await backtests.keepNewest(1)]).toEqual([2, 0]);
      expect((await backtests.list()).map(({ id }) => id)).toEqual([4, 2].map(idOf));
    });

    test('of control planes that are gone fail, those of others go on', async () => {
      const { backtests } = await database.open();
      await backtests.insert(head(1));
      await backtests.insert(head(2, { replica: 'two', seen: 500 }));
      await backtests.insert(head(3, { replica: 'three', seen: 5000 }));
      const error = { code: 'BACKTEST_STOPPED', message: 'run it again' };
      expect(await backtests.failOrphans('one', { now: 6000, seenBefore: 1000, error })).toBe(2);
      const states = (await backtests.list()).map(({ state, error: why }) => [state, why?.code]);
      expect(states).toEqual([
        ['queued', undefined],
        ['failed', 'BACKTEST_STOPPED'],
        ['failed', 'BACKTEST_STOPPED'],
      ]);
    });

    test('prove a version only when they are clean', async () => {
      const { backtests } = await database.open();
      const version = 'a'.repeat(64);
      await backtests.insert(head(1));
      await backtests.end(idOf(1), end({ clean: false }));
      expect(await backtests.hasClean(version)).toBe(false);
      await backtests.insert(head(2));
      await backtests.end(idOf(2), end());
      expect([await backtests.hasClean(version), await backtests.hasClean('b'.repeat(64))]).toEqual([true, false]);
    });
  });

  test('captures come back as they were written, and are deleted once', async () => {
    const { captures } = await database.open();
    await captures.insert(capture(1));
    await captures.insert(capture(2, { namespaces: ['shop'] }));
    expect(await captures.list()).toEqual([capture(2, { namespaces: ['shop'] }), capture(1)]);
    expect([await captures.get(idOf(1)), await captures.get('none'), await captures.count()]).toEqual([
      capture(1),
      undefined,
      2,
    ]);
    expect([await captures.delete(idOf(1)), await captures.delete(idOf(1))]).toEqual([true, false]);
  });
});
