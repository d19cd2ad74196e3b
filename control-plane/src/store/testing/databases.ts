import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStore, type StoreOptions } from '../open-store.ts';
import type { Store } from '../store.ts';
import { findPostgres, startPostgres, type TestPostgres } from './postgres.ts';

/** A database of one kind, for tests that must hold on both. */
export interface TestDatabase {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** How many may have one store open: a SQLite file belongs to one control plane. */
  readonly writers: number;
  /** An empty store's options: open them as often as a test needs. */
  create(): Promise<StoreOptions>;
  /** A new, empty store. It is closed after the tests. */
  open(): Promise<Store>;
  /** Only PostgreSQL has a server. */
  server(): TestPostgres;
}

/** Defines the same tests for both databases. Without PostgreSQL's binaries its half is skipped with a warning. */
export function onBothDatabases(define: (database: TestDatabase) => void): void {
  onSqlite(define);
  onPostgres(define);
}

/** For tests in which the database plays no part. */
export function onSqlite(define: (database: TestDatabase) => void): void {
  describe('on SQLite', () => {
    const folder = mkdtempSync(join(tmpdir(), 'picket-sqlite-'));
    let files = 0;
    const opened: Store[] = [];
    const create = async () => ({ path: join(folder, `${++files}.sqlite`), onConnectionError: unexpected });
    afterAll(async () => {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true, force: true });
    });
    define({ name: 'SQLite', writers: 1, create, open: () => openAndKeep(create, opened), server: noServer });
  });
}

/** For tests that need several control planes on one store. */
export function onPostgres(define: (database: TestDatabase) => void): void {
  const bin = findPostgres();
  if (!bin) console.warn('SKIPPED: PostgreSQL is not installed (Debian: apt-get install postgresql)');
  describe.skipIf(!bin)('on PostgreSQL', () => {
    let server: TestPostgres | undefined;
    const opened: Store[] = [];
    const running = () => server ?? noServer();
    const create = async () => ({
      databaseUrl: await running().createDatabase(),
      path: '',
      onConnectionError: () => undefined,
    });
    beforeAll(async () => {
      if (bin) server = await startPostgres(bin);
    }, 60_000);
    afterAll(async () => {
      for (const store of opened) await store.close();
      await server?.stop();
    });
    define({ name: 'PostgreSQL', writers: 4, create, open: () => openAndKeep(create, opened), server: running });
  });
}

async function openAndKeep(create: () => Promise<StoreOptions>, opened: Store[]): Promise<Store> {
  const store = await openStore(await create());
  opened.push(store);
  return store;
}

function noServer(): never {
  throw new Error('there is no server');
}

function unexpected(error: Error): never {
  throw error;
}
