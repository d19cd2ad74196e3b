import { afterEach, expect, test } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import {
  AUTHOR,
  actorWith,
  detectorLives,
  localDetectorNotices,
  manifestOf,
  openTestDetectorLife,
  uploadOf,
} from './testing/test-detector-life.ts';

const author = actorWith('author-1', AUTHOR);
const admin = actorWith('admin-1');
const version = (number: string) => uploadOf(manifestOf('mine', number));

onSqlite((database) => {
  const { open, closeAll } = detectorLives(() => database.open());
  afterEach(closeAll);

  test('findings that are recorded are kept in the newest revision, through a store that does not answer', async () => {
    const { does, life, store } = await open();
    const { id } = await does.upload(author, version('1.0.0'));
    const detector = { kind: 'wasm', id: 'mine', version: '1.0.0' } as const;
    life.findings.record(id, sampleAlert(1, { detector }));
    life.findings.record(id, sampleAlert(2, { detector }));
    life.findings.record(id, sampleAlert(1, { detector, revision: 4, count: 9 }));
    life.findings.record(id, sampleAlert(1, { detector, revision: 3 }));
    await life.findings.flush();
    const page = await does.findings(author, 'mine', '1.0.0', 10, undefined);
    expect(page.items.map(({ version: of, alert }) => [of, alert.output_fields.n, alert.revision])).toEqual([
      [id, 1, 4],
      [id, 2, 1],
    ]);
    expect((await does.findings(author, 'mine', undefined, 1, undefined)).next).not.toBeNull();
    const write = store.detectorFindings.write.bind(store.detectorFindings);
    store.detectorFindings.write = () => Promise.reject(new Error('away'));
    for (let n = 0; n < 2200; n++) life.findings.record(id, sampleAlert(n, { detector }));
    await life.findings.flush();
    await life.findings.flush();
    expect(life.findings.dropped).toBe(200);
    expect(life.logged.filter((line) => line.includes('they wait'))).toHaveLength(1);
    store.detectorFindings.write = write;
    await life.findings.flush();
    expect((await does.findings(author, 'mine', undefined, 1, undefined)).items[0]?.alert.output_fields.n).toBe(1999);
  });

  test('logs are read on from where the reader was, over both versions, and what was missed is told', async () => {
    const { does, life } = await open();
    const one = await does.upload(author, version('1.0.0'));
    await does.promote(admin, 'mine', { version: one.id, stage: 'active' });
    const two = await does.upload(author, version('2.0.0'));
    const line = (number: number, time: number) => ({
      number,
      time,
      level: 'info' as const,
      message: `m${number}`,
      partition: 3,
    });
    life.logs.set(one.id, [line(1, 10), line(2, 30)]);
    life.logs.set(two.id, [line(1, 20)]);
    const first = await does.logs(author, 'mine', undefined, 2);
    expect(first.items.map(({ version: of, number }) => [of, number])).toEqual([
      [one.id, 1],
      [two.id, 1],
    ]);
    expect(first.items[0]).toMatchObject({ time: '1970-01-01T00:00:00.010Z', level: 'info', partition: 3 });
    const second = await does.logs(author, 'mine', first.next, 2);
    expect([second.items.map(({ message }) => message), second.missed]).toEqual([['m2'], 0]);
    life.logs.set(one.id, [line(7, 40), line(8, 41)]);
    const third = await does.logs(author, 'mine', second.next, 5);
    expect([third.items.length, third.missed]).toEqual([2, 4]);
    life.logs.set(one.id, [line(1, 50)]);
    expect((await does.logs(author, 'mine', third.next, 5)).items.map(({ message }) => message)).toEqual(['m1']);
    expect((await does.logs(author, 'mine', third.next, 5)).missed).toBe(0);
    for (const after of ['x', Buffer.from('{"a":1}').toString('base64url')])
      await expect(does.logs(author, 'mine', after, 5)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('a quarantine is ended on every control plane', async () => {
    const store = await database.open();
    const notices = localDetectorNotices();
    const one = await open({ notices }, store);
    const two = await open({ notices, replica: 'replica-2' }, store);
    const { id } = await one.does.upload(author, version('1.0.0'));
    await two.life.lifecycle.list(admin, 1, undefined);
    await expect.poll(two.running).toEqual(['mine shadow 1.0.0']);
    await one.does.resume(author, 'mine');
    expect([one.life.resumed, two.life.resumed]).toEqual([[id], [id]]);
  });

  test('a store that does not answer leaves everything as it is, and the state says why', async () => {
    const options = await database.create();
    const store = await openStore(options);
    const away = await openStore(options);
    const { does } = await open({}, store);
    await does.upload(author, version('1.0.0'));
    const life = await openTestDetectorLife(away);
    expect(life.state()).toMatchObject({ revision: 1, wanted: 1, error: undefined });
    await away.close();
    await expect.poll(() => life.state().error, { timeout: 15_000 }).toMatchObject({ code: 'INTERNAL' });
    expect(life.running()).toEqual(['mine shadow 1.0.0']);
    expect(life.logged.filter((line) => line.includes('can not be taken over'))).toHaveLength(1);
    await life.stop();
    await closeAll();
    await store.close();
  });

  test('a module that was damaged in the store does not run, and the others do', async () => {
    const { does, store } = await open();
    await does.upload(author, version('1.0.0'));
    await does.upload(author, uploadOf(manifestOf('other')));
    const module = store.detectorVersions.module.bind(store.detectorVersions);
    store.detectorVersions.module = async (id) => {
      const bytes = await module(id);
      const [head] = await store.detectorVersions.of('mine');
      if (bytes && head?.id === id) bytes[20] = (bytes[20] ?? 0) ^ 1;
      return bytes;
    };
    const again = await open({}, store);
    expect(again.running()).toEqual(['other shadow 1.0.0']);
    expect(again.life.logged.join()).toContain('is damaged');
  });
});
