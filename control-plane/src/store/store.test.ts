import { statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alert, type Alert as AlertDocument } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import type { AlertListing } from './alert-store.ts';
import { openStore } from './open-store.ts';
import type { Store } from './store.ts';
import { inNamespace, sampleAlert } from './testing/alerts.ts';
import { onBothDatabases } from './testing/databases.ts';
import type { TokenRecord } from './token-store.ts';

// Size: each file of these tests starts a PostgreSQL server of its own.

const all: AlertListing = { scope: null, limit: 100 };
const numbers = (items: AlertDocument[]) => items.map((alert) => Number.parseInt(alert.uuid.slice(-12), 16));

async function everyPage(store: Store, listing: AlertListing): Promise<number[]> {
  const out: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.alerts.list({ ...listing, cursor });
    out.push(...numbers(page.items));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return out;
}

const token = (overrides: Partial<TokenRecord> = {}): TokenRecord => ({
  id: 'token-1',
  hash: 'aa',
  name: 'ci',
  role: 'viewer',
  namespaces: null,
  created: 1000,
  expires: null,
  lastUsed: null,
  revoked: null,
  ...overrides,
});

onBothDatabases((database) => {
  describe('alerts', () => {
    test('come back as they were written', async () => {
      const store = await database.open();
      const alert = sampleAlert(1);
      expect(await store.alerts.upsert([alert])).toBe(1);
      expect(await store.alerts.get(alert.uuid, null)).toEqual(alert);
      expect(await store.alerts.get(alert.uuid.toUpperCase(), null)).toEqual(alert);
      expect(await store.alerts.get('nothing', null)).toBeUndefined();
    });

    test('keep the highest revision in whatever order and however often they come', async () => {
      const store = await database.open();
      const revision = (n: number) => sampleAlert(1, { revision: n, count: n });
      expect(await store.alerts.upsert([revision(3)])).toBe(1);
      expect(await store.alerts.upsert([revision(1), revision(2)])).toBe(0);
      expect(await store.alerts.upsert([revision(3)])).toBe(0);
      expect((await store.alerts.get(revision(1).uuid, null))?.count).toBe(3);
      expect(await store.alerts.upsert([revision(5), revision(4), revision(5)])).toBe(1);
      expect((await store.alerts.list(all)).items.map((alert) => alert.count)).toEqual([5]);
      expect(await store.alerts.upsert([])).toBe(0);
    });

    test('keep the highest revision when many writers race', async () => {
      const options = await database.create();
      const writers = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
      const revisions = Array.from({ length: 40 }, (_, i) => sampleAlert(1 + (i % 4), { revision: 1 + (i >> 2) }));
      await Promise.all(
        revisions
          .toSorted((a, b) => (a.uuid + a.revision * 7).localeCompare(b.uuid + b.revision * 7))
          .map((alert, i) => writers[i % writers.length]?.alerts.upsert([alert, sampleAlert(100 + i)])),
      );
      const stored = await writers[0]?.alerts.list({ ...all, limit: 200 });
      expect(stored?.items).toHaveLength(44);
      const shared = stored?.items.filter((alert) => (numbers([alert])[0] as number) < 100);
      expect(shared?.map((alert) => alert.revision)).toEqual([10, 10, 10, 10]);
      for (const store of writers) await store.close();
    });

    test('are listed in pages, the newest first, without gaps when more arrive between two pages', async () => {
      const store = await database.open();
      await store.alerts.upsert(Array.from({ length: 25 }, (_, i) => sampleAlert(i)));
      const first = await store.alerts.list({ scope: null, limit: 10 });
      expect(numbers(first.items)).toEqual([24, 23, 22, 21, 20, 19, 18, 17, 16, 15]);
      await store.alerts.upsert([sampleAlert(99), sampleAlert(20, { revision: 2 })]);
      const second = await store.alerts.list({ scope: null, limit: 10, cursor: first.next ?? '' });
      expect(numbers(second.items)).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
      const third = await store.alerts.list({ scope: null, limit: 10, cursor: second.next ?? '' });
      expect(numbers(third.items)).toEqual([4, 3, 2, 1, 0]);
      expect(third.next).toBeNull();
    });

    test('of the same microsecond are all listed once', async () => {
      const store = await database.open();
      const time = sampleAlert(0).time;
      await store.alerts.upsert(Array.from({ length: 17 }, (_, i) => sampleAlert(i, { time })));
      const seen = await everyPage(store, { scope: null, limit: 4 });
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, i) => i));
    });

    test('are found by every filter, alone and together', async () => {
      const store = await database.open();
      const other = {
        id: 'deadbeef0000',
        full_id: 'deadbeef'.padEnd(64, '1'),
        name: 'db',
        image: 'Pg:15',
        runtime: null,
      };
      await store.alerts.upsert([
        sampleAlert(1, { priority: 'Critical' }),
        sampleAlert(2, { rule: 'Other', hostname: 'node-b' }),
        sampleAlert(3, { container: other, workload: inNamespace('data'), output: '100% of a_b \\ "c"' }),
        sampleAlert(4, { container: null, workload: null, priority: 'Debug' }),
      ]);
      const found = async (filter: Partial<AlertListing>) =>
        numbers((await store.alerts.list({ ...all, ...filter })).items);
      expect(await found({ priority: 'Critical' })).toEqual([1]);
      expect(await found({ priority: 'Warning' })).toEqual([3, 2, 1]);
      expect(await found({ rule: 'Other' })).toEqual([2]);
      expect(await found({ rule: 'other' })).toEqual([]);
      expect(await found({ container: 'db' })).toEqual([3]);
      expect(await found({ container: 'deadbeef0000' })).toEqual([3]);
      expect(await found({ container: other.full_id })).toEqual([3]);
      expect(await found({ node: 'node-b' })).toEqual([2]);
      expect(await found({ namespace: 'data' })).toEqual([3]);
      expect(await found({ since: sampleAlert(2).time, until: sampleAlert(4).time })).toEqual([3, 2]);
      expect(await found({ since: '2023-11-14T22:13:22Z' })).toEqual([4, 3, 2]);
      expect(await found({ since: '2023-11-14T23:13:22+01:00' })).toEqual([4, 3, 2]);
      expect(await found({ q: 'PG:1' })).toEqual([3]);
      expect(await found({ q: '100%' })).toEqual([3]);
      expect(await found({ q: 'a_b' })).toEqual([3]);
      expect(await found({ q: 'axb' })).toEqual([]);
      expect(await found({ q: '\\ "' })).toEqual([3]);
      expect(await found({ q: "'; drop table alerts; --" })).toEqual([]);
      expect(await found({ priority: 'Warning', namespace: 'shop', node: 'node-a' })).toEqual([1]);
    });

    test('are found also where none of the first thousands fits', async () => {
      const store = await database.open();
      const odd = (n: number) => n === 3 || n === 5000 || n === 9999 || n === 11_999;
      const alerts = Array.from({ length: 12_000 }, (_, n) =>
        sampleAlert(n, odd(n) ? { hostname: 'node-b', priority: 'Critical', output: 'needle' } : { priority: 'Debug' }),
      );
      await store.alerts.upsert(alerts);
      const filters = [
        { q: 'needle' },
        { node: 'node-b' },
        { priority: 'Error' as const },
        { q: 'needle', rule: alerts[0]?.rule },
      ];
      for (const filter of filters)
        for (const limit of [1, 2, 3, 4, 100])
          expect(await everyPage(store, { scope: null, ...filter, limit })).toEqual([11_999, 9999, 5000, 3]);
      expect(await everyPage(store, { scope: ['shop'], q: 'needles', limit: 5 })).toEqual([]);
    });

    test('are seen only within the scope of the reader', async () => {
      const store = await database.open();
      const hidden = sampleAlert(2, { workload: inNamespace('data') });
      await store.alerts.upsert([sampleAlert(1), hidden, sampleAlert(3, { workload: null })]);
      expect(numbers((await store.alerts.list({ scope: ['shop'], limit: 9 })).items)).toEqual([1]);
      expect(numbers((await store.alerts.list({ scope: ['data', 'shop'], limit: 9 })).items)).toEqual([2, 1]);
      expect((await store.alerts.list({ scope: ['shop'], namespace: 'data', limit: 9 })).items).toEqual([]);
      expect((await store.alerts.list({ scope: [], limit: 9 })).items).toEqual([]);
      expect(await store.alerts.get(hidden.uuid, ['shop'])).toBeUndefined();
      expect(await store.alerts.get(hidden.uuid, ['data'])).toEqual(hidden);
    });

    test('may hold any text that a container makes up', async () => {
      const store = await database.open();
      const nasty = 'a\0b\uD800 \u202E 💥';
      const alert = sampleAlert(1, {
        rule: nasty,
        output: nasty,
        hostname: nasty,
        container: { id: nasty, full_id: nasty, name: nasty, image: nasty, runtime: nasty },
        workload: inNamespace(nasty),
      });
      await store.alerts.upsert([alert]);
      expect(await store.alerts.get(alert.uuid, null)).toEqual(alert);
      for (const filter of [{ rule: nasty }, { container: nasty }, { node: nasty }, { namespace: nasty }, { q: nasty }])
        expect(numbers((await store.alerts.list({ ...all, ...filter })).items)).toEqual([1]);
    });

    test('of any time that the schema takes can be stored and read', async () => {
      const store = await database.open();
      const times = ['0001-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999999999Z'];
      const alerts = times.map((time, i) => Alert.parse(sampleAlert(i, { time })));
      await store.alerts.upsert(alerts);
      expect((await store.alerts.list(all)).items).toHaveLength(3);
    });

    test.each([
      '',
      'x',
      'MTIz',
      Buffer.from('1:').toString('base64url'),
      Buffer.from('99999999999999999:a').toString('base64url'),
    ])('a cursor nobody gave is refused: %j', async (cursor) => {
      const store = await database.open();
      await expect(store.alerts.list({ ...all, cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });
  });

  describe('changes', () => {
    test('are read in order after a position, each alert at its last write', async () => {
      const store = await database.open();
      expect(await store.alerts.lastChange()).toBe(0);
      await store.alerts.upsert([sampleAlert(1), sampleAlert(2), sampleAlert(3)]);
      const before = await store.alerts.lastChange();
      await store.alerts.upsert([sampleAlert(2, { revision: 2 }), sampleAlert(4)]);
      expect(numbers((await store.alerts.changesAfter(0, 10)).map((c) => c.alert))).toEqual([1, 3, 2, 4]);
      expect(numbers((await store.alerts.changesAfter(before, 10)).map((c) => c.alert))).toEqual([2, 4]);
      expect(await store.alerts.changesAfter(await store.alerts.lastChange(), 10)).toEqual([]);
      expect(await store.alerts.changesAfter(0, 2)).toHaveLength(2);
    });

    test('never become visible behind a reader, while many write', async () => {
      const options = await database.create();
      const writers = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
      const reader = writers[0] as Store;
      const written = Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          writers[i % writers.length]?.alerts.upsert([sampleAlert(i), sampleAlert(100 + i)]),
        ),
      );
      let done = false;
      void written.then(() => {
        done = true;
      });
      const seen: number[] = [];
      for (let at = 0, last = false; ; last = done) {
        const changes = await reader.alerts.changesAfter(at, 7);
        seen.push(...numbers(changes.map((c) => c.alert)));
        at = changes.at(-1)?.change ?? at;
        if (last && changes.length === 0) break;
        await new Promise(setImmediate);
      }
      await written;
      expect(seen.toSorted((a, b) => a - b)).toEqual([
        ...Array(60).keys(),
        ...Array.from({ length: 60 }, (_, i) => 100 + i),
      ]);
      for (const store of writers) await store.close();
    });
  });

  describe('tokens', () => {
    test('are found by hash and id, listed newest first, and revoked once', async () => {
      const store = await database.open();
      const scoped = token({ id: 'b', hash: 'bb', namespaces: ['shop'], created: 2000, expires: 9000 });
      await store.tokens.insert(token());
      await store.tokens.insert(scoped);
      expect(await store.tokens.byHash('bb')).toEqual(scoped);
      expect(await store.tokens.byHash('cc')).toBeUndefined();
      expect(await store.tokens.byId('token-1')).toEqual(token());
      const first = await store.tokens.list(1);
      expect(first.items).toEqual([scoped]);
      expect((await store.tokens.list(1, first.next ?? '')).items).toEqual([token()]);
      await store.tokens.touch('b', 4000);
      expect(await store.tokens.revoke('b', 5000)).toBe(true);
      expect(await store.tokens.revoke('b', 6000)).toBe(false);
      expect(await store.tokens.revoke('nobody\0', 6000)).toBe(false);
      expect(await store.tokens.byId('b')).toEqual({ ...scoped, lastUsed: 4000, revoked: 5000 });
    });

    test('with one secret can not be made twice', async () => {
      const store = await database.open();
      await store.tokens.insert(token());
      await expect(store.tokens.insert(token({ id: 'other' }))).rejects.toThrow();
    });

    test('are usable unless revoked, expired or scoped', async () => {
      const store = await database.open();
      const usable = () => store.tokens.hasUsable('admin', 5000);
      await store.tokens.insert(token({ id: '1', hash: '1', role: 'viewer' }));
      await store.tokens.insert(token({ id: '2', hash: '2', role: 'admin', expires: 5000 }));
      await store.tokens.insert(token({ id: '3', hash: '3', role: 'admin', namespaces: ['a'] }));
      await store.tokens.insert(token({ id: '4', hash: '4', role: 'admin', revoked: 1 }));
      expect(await usable()).toBe(false);
      await store.tokens.insert(token({ id: '5', hash: '5', role: 'admin', expires: 5001 }));
      expect(await usable()).toBe(true);
    });
  });

  describe('sessions', () => {
    test('end with their token, and the oldest make room', async () => {
      const store = await database.open();
      await store.tokens.insert(token());
      for (let i = 0; i < 40; i++)
        await store.sessions.insert({ hash: `s${i}`, tokenId: 'token-1', created: 1000 + i, expires: 9000 });
      expect(await store.sessions.byHash('s7')).toBeUndefined();
      expect(await store.sessions.byHash('s8')).toEqual({
        hash: 's8',
        tokenId: 'token-1',
        created: 1008,
        expires: 9000,
      });
      await store.sessions.delete('s9');
      expect(await store.sessions.byHash('s9')).toBeUndefined();
      await store.tokens.revoke('token-1', 5000);
      expect(await store.sessions.byHash('s8')).toBeUndefined();
    });

    test('that ended are forgotten', async () => {
      const store = await database.open();
      await store.tokens.insert(token());
      await store.sessions.insert({ hash: 'old', tokenId: 'token-1', created: 1, expires: 10 });
      await store.sessions.insert({ hash: 'new', tokenId: 'token-1', created: 10, expires: 20 });
      expect(await store.sessions.byHash('old')).toBeUndefined();
    });
  });

  describe('audit', () => {
    const entry = (n: number) => ({ time: 1000, actor: 'system', action: `act-${n}`, target: null, detail: { n } });

    test('is numbered without gaps in the order of writing', async () => {
      const store = await database.open();
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.audit.append(entry(i))));
      const first = await store.audit.list(15);
      const second = await store.audit.list(15, first.next ?? '');
      expect([...first.items, ...second.items].map((item) => item.id)).toEqual(
        Array.from({ length: 20 }, (_, i) => 20 - i),
      );
      expect(second.next).toBeNull();
    });

    test('is written with the action or not at all', async () => {
      const store = await database.open();
      const failed = store.transaction(async (trx) => {
        await trx.tokens.insert(token());
        await trx.audit.append(entry(1));
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await store.tokens.byId('token-1')).toBeUndefined();
      expect((await store.audit.list(9)).items).toEqual([]);
      await store.transaction(async (trx) => {
        await trx.tokens.insert(token());
        await trx.audit.append(entry(2));
        await trx.alerts.upsert([sampleAlert(1)]);
      });
      expect((await store.audit.list(9)).items).toEqual([{ ...entry(2), id: 1 }]);
    });

    test('of two transactions at once both are kept', async () => {
      const store = await database.open();
      await Promise.all(
        [1, 2, 3].map((n) =>
          store.transaction(async (trx) => {
            await trx.tokens.lock();
            await trx.audit.append(entry(n));
          }),
        ),
      );
      expect((await store.audit.list(9)).items).toHaveLength(3);
    });
  });

  test('everything is there after the store is closed and opened again', async () => {
    const options = await database.create();
    const before = await openStore(options);
    await before.alerts.upsert([sampleAlert(1)]);
    await before.tokens.insert(token());
    await before.meta.set('k', 'v1');
    await before.meta.set('k', 'v2');
    await before.close();
    const after = await openStore(options);
    expect(after.id).toBe(before.id);
    expect(await after.alerts.get(sampleAlert(1).uuid, null)).toEqual(sampleAlert(1));
    expect(await after.tokens.byId('token-1')).toEqual(token());
    expect(await after.meta.get('k')).toBe('v2');
    expect(await after.meta.get('other')).toBeUndefined();
    await after.close();
  });

  test('a store that a newer version has changed is refused with a sentence', async () => {
    const options = await database.create();
    const store = await openStore(options);
    await store.meta.set('k', 'v');
    await store.close();
    await markMigrated(options, '0999-of-the-future');
    await expect(openStore(options)).rejects.toMatchObject({ code: 'STORE_MIGRATION' });
  });

  if (database.name === 'PostgreSQL') {
    test('control planes that start at once do not get in their way', async () => {
      const options = await database.create();
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(options)));
      expect(new Set(stores.map((store) => store.id)).size).toBe(1);
      for (const store of stores) await store.close();
    });

    test('goes on after its connections broke', async () => {
      const store = await database.open();
      await store.ping();
      await database.server().dropConnections();
      for (let i = 0; i < 50; i++) {
        try {
          await store.ping();
        } catch (error) {
          expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
        }
      }
      await store.ping();
    });
  }
});

/** Writes the row that a migration of another version would have left. */
async function markMigrated(options: { databaseUrl?: string | undefined; path: string }, name: string): Promise<void> {
  const insert = `insert into kysely_migration (name, timestamp) values ('${name}', '2100-01-01T00:00:00Z')`;
  if (options.databaseUrl) {
    const { default: pg } = await import('pg');
    const client = new pg.Client(options.databaseUrl);
    await client.connect();
    await client.query(insert);
    await client.end();
  } else {
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(options.path);
    db.exec(insert);
    db.close();
  }
}

describe('opening', () => {
  test('a SQLite store makes its folder and is readable by its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'picket-open-'));
    const path = join(folder, 'deep', 'er', 'store.sqlite');
    const store = await openStore({ path, onConnectionError: () => undefined });
    await store.alerts.upsert([sampleAlert(1)]);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o077).toBe(0);
    await store.close();
    await rm(folder, { recursive: true });
  });

  test('a file that is no database, and a folder that can not be, are refused with a sentence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'picket-open-'));
    const path = join(folder, 'store.sqlite');
    writeFileSync(path, 'this is a letter to my aunt, not a database. '.repeat(99));
    const open = (at: string) => openStore({ path: at, onConnectionError: () => undefined });
    await expect(open(path)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(open(path)).rejects.toThrow(/no SQLite database/);
    await expect(open(join(path, 'below'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await rm(folder, { recursive: true });
  });

  test('an unreachable PostgreSQL is refused without its password in the sentence', async () => {
    const databaseUrl = 'postgres://user:hunter2@127.0.0.1:1/none';
    const opening = openStore({ databaseUrl, path: '', onConnectionError: () => undefined });
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(opening).rejects.toThrow(/DATABASE_URL/);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });
});
