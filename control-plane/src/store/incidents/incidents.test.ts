import type { Alert } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import { openStore } from '../open-store.ts';
import type { Store } from '../store.ts';
import { inNamespace, sampleAlert } from '../testing/alerts.ts';
import { onBothDatabases } from '../testing/databases.ts';
import type { IncidentListing } from './incident-store.ts';

const A = 'aaaaaaaa-0000-5000-8000-000000000000';
const B = 'bbbbbbbb-0000-5000-8000-000000000000';

const all: IncidentListing = { scope: null, limit: 100 };
const of = (incident: string | null, n: number, overrides: Partial<Alert> = {}) =>
  sampleAlert(n, { incident, ...overrides });
const later = (n: number, revision: number, count: number, incident = A) =>
  of(incident, n, { revision, count, last_seen: sampleAlert(n + revision).time });
const onHost = { container: null, workload: null, hostname: 'node-b' };
const named = (name: string): Partial<Alert> => ({
  container: { id: name, full_id: name.padEnd(64, '0'), name, image: `Image:${name}`, runtime: null },
  workload: inNamespace(name),
});

const ids = async (store: Store, listing: Partial<IncidentListing> = {}) =>
  (await store.incidents.list({ ...all, ...listing })).items.map(({ id }) => id);

onBothDatabases((database) => {
  test('say what their alerts come to', async () => {
    const store = await database.open();
    await store.alerts.upsert([
      of(A, 5, { mitre: ['T1059'], tags: ['mitre_execution'] }),
      of(A, 7, { mitre: ['T1552.001'], priority: 'Critical', rule: 'Other rule', count: 4 }),
      of(B, 6, { incident_follows: A, ...onHost }),
      of(null, 8),
    ]);
    const { items, next } = await store.incidents.list(all);
    expect(next).toBeNull();
    expect(items.map(({ id }) => id)).toEqual([B, A]);
    expect(items[1]).toEqual({
      id: A,
      follows: null,
      priority: 'Critical',
      score: 40 + 10 + 3,
      first_seen: '2023-11-14T22:13:25.000000Z',
      last_seen: '2023-11-14T22:13:27.000000Z',
      alerts: 2,
      occurrences: 5,
      tactics: ['execution', 'credential-access'],
      techniques: ['T1059', 'T1552.001'],
      rules: ['Other rule', 'Read of a secret file'],
      node: 'node-a',
      container: { id: 'c0ffee000000', full_id: 'c0ffee'.padEnd(64, '0'), name: 'web', image: 'nginx' },
      workload: { kind: 'Deployment', name: 'web', namespace: 'shop' },
      members: [
        {
          node: 'node-a',
          namespace: 'shop',
          container: { id: 'c0ffee000000', full_id: 'c0ffee'.padEnd(64, '0'), name: 'web', image: 'nginx' },
          alerts: 2,
        },
      ],
    });
    expect(items[0]).toMatchObject({ follows: A, container: null, workload: null, node: 'node-b', tactics: [] });
    expect(await store.incidents.get(A.toUpperCase(), null)).toEqual(items[1]);
    expect(await store.incidents.get('nothing', null)).toBeUndefined();
  });

  test('count an alert once however often and in whatever order its revisions come', async () => {
    const store = await database.open();
    const counts = async () => {
      const incident = await store.incidents.get(A, null);
      return [incident?.alerts, incident?.occurrences, incident?.last_seen.slice(14, 19)];
    };
    await store.alerts.upsert([later(1, 2, 5)]);
    await store.alerts.upsert([later(1, 1, 1), later(1, 2, 5)]);
    expect(await counts()).toEqual([1, 5, '13:23']);
    await store.alerts.upsert([later(1, 4, 9), later(1, 3, 7), of(A, 2)]);
    expect(await counts()).toEqual([2, 10, '13:25']);
    await store.alerts.upsert([later(1, 4, 9), of(A, 2)]);
    expect(await counts()).toEqual([2, 10, '13:25']);
  });

  test('move an alert to its container once that is known', async () => {
    const store = await database.open();
    const unknown = { container: null, workload: null };
    await store.alerts.upsert([of(A, 1, unknown), of(A, 2, unknown)]);
    expect((await store.incidents.get(A, null))?.members).toMatchObject([{ container: null, alerts: 2 }]);
    await store.alerts.upsert([of(A, 1, { revision: 2 }), of(A, 2, { revision: 2 })]);
    expect(await store.incidents.get(A, null)).toMatchObject({
      container: { name: 'web' },
      members: [{ container: { name: 'web' }, namespace: 'shop', alerts: 2 }],
    });
  });

  test('lose an alert that is told anew as part of another one', async () => {
    const store = await database.open();
    await store.alerts.upsert([of(A, 1, { count: 3 }), of(A, 2)]);
    await store.alerts.upsert([of(B, 1, { count: 4, revision: 2 })]);
    expect(await store.incidents.get(A, null)).toMatchObject({ alerts: 1, occurrences: 1, members: [{ alerts: 1 }] });
    expect(await store.incidents.get(B, null)).toMatchObject({ alerts: 1, occurrences: 4, members: [{ alerts: 1 }] });
    await store.alerts.upsert([of(B, 2, { revision: 2 })]);
    expect(await ids(store)).toEqual([B]);
  });

  test('are the same when the store is made again from the newest revisions', async () => {
    const revisions = Array.from({ length: 400 }, (_, i) => {
      const n = (i * 37) % 90;
      const revision = 1 + ((i * 13) % 7);
      const places = [{}, onHost, named('db'), named('cache')];
      return of([A, B, null][n % 3] ?? null, n, {
        ...places[(n >> 1) % 4],
        revision,
        count: revision * 2,
        last_seen: sampleAlert(n + revision).time,
        priority: n % 8 === 0 ? 'Error' : 'Notice',
        rule: `rule ${n % 5}`,
        mitre: [`T10${53 + (n % 6)}`],
      });
    });
    const [grown, rebuilt] = [await database.open(), await database.open()];
    for (let at = 0; at < revisions.length; at += 7) await grown.alerts.upsert(revisions.slice(at, at + 9));
    await rebuilt.alerts.upsert(revisions.toReversed());
    expect(await grown.incidents.list(all)).toEqual(await rebuilt.incidents.list(all));
    expect(await ids(grown)).toHaveLength(2);
  });

  test('survive writers that race', async () => {
    const options = await database.create();
    const writers = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        writers[i % writers.length]?.alerts.upsert([later(i % 10, 1 + (i % 6), 1 + (i % 6)), of(B, 100 + i)]),
      ),
    );
    const [first] = writers;
    expect(await first?.incidents.get(B, null)).toMatchObject({ alerts: 60, occurrences: 60 });
    const written = await first?.alerts.list({ scope: null, limit: 200 });
    const counted = written?.items.filter(({ incident }) => incident === A).reduce((sum, { count }) => sum + count, 0);
    expect(await first?.incidents.get(A, null)).toMatchObject({ alerts: 10, occurrences: counted });
    for (const store of writers) await store.close();
  });

  describe('lists', () => {
    test('come in pages, those that began last first', async () => {
      const store = await database.open();
      const id = (n: number) => `${String(n).padStart(8, '0')}-0000-5000-8000-000000000000`;
      const began = (n: number) => ({ time: sampleAlert(n >> 1).time, first_seen: sampleAlert(n >> 1).time });
      await store.alerts.upsert(Array.from({ length: 25 }, (_, n) => of(id(n), n, began(n))));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.incidents.list({ ...all, limit: 4, cursor });
        seen.push(...page.items.map((incident) => incident.id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => id(24 - n)));
      await expect(store.incidents.list({ ...all, cursor: 'made up' })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    });

    test('are found also where none of the first thousands fits', async () => {
      const store = await database.open();
      const id = (n: number) => `${String(n).padStart(8, '0')}-0000-5000-8000-000000000000`;
      const odd = [3, 999, 1000, 2001];
      const alerts = Array.from({ length: 2500 }, (_, n) => of(id(n), n, odd.includes(n) ? onHost : {}));
      await store.alerts.upsert(alerts);
      for (const limit of [1, 3, 4]) {
        const first = await store.incidents.list({ ...all, node: 'node-b', limit });
        const rest = first.next
          ? await store.incidents.list({ ...all, node: 'node-b', cursor: first.next })
          : undefined;
        const found = [...first.items, ...(rest?.items ?? [])].map((incident) => incident.id);
        expect(found).toEqual(odd.toReversed().map(id));
      }
    });

    test('are found by every filter', async () => {
      const store = await database.open();
      await store.alerts.upsert([
        of(A, 1, named('db')),
        of(A, 9, { ...named('web'), priority: 'Critical', rule: 'A "quoted" 100% rule' }),
        of(B, 5, { ...onHost, priority: 'Notice' }),
      ]);
      const time = (n: number) => sampleAlert(n).time;
      expect(await ids(store, { priority: 'Warning' })).toEqual([A]);
      expect(await ids(store, { container: 'db' })).toEqual([A]);
      expect(await ids(store, { container: 'web'.padEnd(64, '0') })).toEqual([A]);
      expect(await ids(store, { node: 'node-b' })).toEqual([B]);
      expect(await ids(store, { namespace: 'db', container: 'db' })).toEqual([A]);
      expect(await ids(store, { namespace: 'db', container: 'web' })).toEqual([]);
      expect(await ids(store, { since: time(6) })).toEqual([A]);
      expect(await ids(store, { since: time(5) })).toEqual([B, A]);
      expect(await ids(store, { until: time(5) })).toEqual([A]);
      expect(await ids(store, { activeSince: { time: time(9), is: true } })).toEqual([A]);
      expect(await ids(store, { activeSince: { time: time(9), is: false } })).toEqual([B]);
      expect(await ids(store, { q: 'NODE-B' })).toEqual([B]);
      expect(await ids(store, { q: 'image:WEB' })).toEqual([A]);
      expect(await ids(store, { q: '"QUOTED" 100% r' })).toEqual([A]);
      expect(await ids(store, { q: '100_' })).toEqual([]);
      expect(await ids(store, { q: 'secret file' })).toEqual([B, A]);
    });
  });

  describe('a reader with a scope', () => {
    test('is told only what the alerts of its namespaces come to', async () => {
      const store = await database.open();
      await store.alerts.upsert([
        of(A, 1, { ...named('db'), count: 2, mitre: ['T1059'] }),
        of(A, 2, { ...onHost, priority: 'Critical', mitre: ['T1611'], rule: 'Escape', count: 50 }),
        of(A, 3, { ...named('web') }),
        of(B, 4, onHost),
      ]);
      expect(await ids(store, { scope: ['db'] })).toEqual([A]);
      expect(await ids(store, { scope: ['other'] })).toEqual([]);
      expect(await ids(store, { scope: [] })).toEqual([]);
      expect(await store.incidents.get(B, ['db'])).toBeUndefined();
      expect(await store.incidents.get(A, ['db'])).toMatchObject({
        alerts: 1,
        occurrences: 2,
        priority: 'Warning',
        tactics: ['execution'],
        rules: ['Read of a secret file'],
        last_seen: '2023-11-14T22:13:21.000000Z',
        members: [{ namespace: 'db', alerts: 1 }],
      });
      expect(await store.incidents.get(A, ['web'])).toMatchObject({ container: { name: 'web' }, tactics: [] });
      expect(await store.incidents.get(A, ['web', 'db'])).toMatchObject({ alerts: 2, priority: 'Warning' });
    });

    test('does not learn of the rest by asking for it', async () => {
      const store = await database.open();
      await store.alerts.upsert([of(A, 1, named('db')), of(A, 9, { ...onHost, priority: 'Critical', rule: 'Escape' })]);
      const asked = (listing: Partial<IncidentListing>) => ids(store, { scope: ['db'], ...listing });
      expect(await asked({})).toEqual([A]);
      expect(await asked({ priority: 'Critical' })).toEqual([]);
      expect(await asked({ since: sampleAlert(5).time })).toEqual([]);
      expect(await asked({ node: 'node-b' })).toEqual([]);
      expect(await asked({ q: 'node-b' })).toEqual([]);
      expect(await asked({ q: 'escape' })).toEqual([]);
      expect(await asked({ q: 'secret file' })).toEqual([A]);
    });
  });

  test('the timeline is read in order, a page at a time and within the scope', async () => {
    const store = await database.open();
    const alerts = Array.from({ length: 23 }, (_, n) => of(A, n, n % 4 === 0 ? onHost : {}));
    await store.alerts.upsert([...alerts.toReversed(), of(B, 3)]);
    const read = async (scope: readonly string[] | null) => {
      const out: unknown[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.incidents.alerts(A, scope, 5, cursor);
        out.push(...page.items.map(({ output_fields }) => output_fields.n));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return out;
    };
    const numbers = [...Array(23).keys()];
    expect(await read(null)).toEqual(numbers);
    expect(await read(['shop'])).toEqual(numbers.filter((n) => n % 4 !== 0));
    expect(await read([])).toEqual([]);
  });

  test('may hold any text that a container makes up', async () => {
    const store = await database.open();
    const nasty = 'a\0b\uD800 \u202E 💥 "\\';
    await store.alerts.upsert([
      of(A, 1, {
        rule: nasty,
        hostname: nasty,
        container: { id: nasty, full_id: nasty, name: nasty, image: nasty, runtime: nasty },
        workload: inNamespace(nasty),
      }),
    ]);
    expect(await store.incidents.get(A, null)).toMatchObject({ node: nasty, container: { name: nasty } });
    for (const filter of [{ container: nasty }, { node: nasty }, { namespace: nasty }, { q: nasty }])
      expect(await ids(store, filter)).toEqual([A]);
  });
});
