import { Kind } from '@picket/sdk';
import { afterEach, expect, test } from 'vitest';
import { ALL_IMPORTS } from '../detection/host/testing/guest-text.ts';
import { onBothDatabases } from '../store/testing/databases.ts';
import {
  AUTHOR,
  actorWith,
  detectorLives,
  localDetectorNotices,
  manifestOf,
  uploadOf,
} from './testing/test-detector-life.ts';

const author = actorWith('author-1', AUTHOR);
const admin = actorWith('admin-1');
const version = (number: string) => uploadOf(manifestOf('mine', number));

onBothDatabases((database) => {
  const { open, closeAll } = detectorLives(() => database.open());
  afterEach(closeAll);

  test('a version is uploaded, runs in shadow, then canary, then active, and is gone back from', async () => {
    const { does, running, store, life } = await open();
    const one = await does.upload(author, version('1.0.0'));
    expect(one).toMatchObject({ fresh: true, stage: 'shadow', detector: 'mine', upload: 'source', encoding: 'utf16' });
    expect(running()).toEqual(['mine shadow 1.0.0']);
    await does.promote(admin, 'mine', { version: one.id, stage: 'active' });
    const two = await does.upload(author, version('2.0.0'));
    expect(running()).toEqual(['mine shadow 2.0.0', 'mine active 1.0.0']);
    const canary = { namespaces: ['shop'], percent: 50 };
    const info = await does.promote(admin, 'mine', { version: '2.0.0', stage: 'canary', canary });
    expect(info.stages).toEqual({
      shadow: null,
      canary: { id: two.id, version: '2.0.0', blocked: null, canary },
      active: { id: one.id, version: '1.0.0', blocked: null },
    });
    expect(life.programs.at(-1)?.detectors.find(({ stage }) => stage === 'canary')?.canary).toEqual(canary);
    await does.promote(admin, 'mine', { version: two.id.slice(0, 8), stage: 'active' });
    await does.upload(author, version('3.0.0'));
    expect(running()).toEqual(['mine shadow 3.0.0', 'mine active 2.0.0']);
    await does.rollback(admin, 'mine');
    expect(running()).toEqual(['mine shadow 3.0.0', 'mine canary 2.0.0', 'mine active 1.0.0']);
    await does.rollback(admin, 'mine');
    expect(running()).toEqual(['mine shadow 3.0.0', 'mine active 1.0.0']);
    await does.rollback(admin, 'mine');
    expect(running()).toEqual(['mine shadow 3.0.0']);
    await expect(does.rollback(admin, 'mine')).rejects.toMatchObject({ code: 'DETECTOR_CONFLICT' });
    const audit = (await store.audit.list(50)).items.reverse();
    expect(audit.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'detectors.upload author-1',
      'detectors.promote admin-1',
      'detectors.upload author-1',
      'detectors.promote admin-1',
      'detectors.promote admin-1',
      'detectors.upload author-1',
      ...Array(3).fill('detectors.rollback admin-1'),
    ]);
    expect(audit[3]).toMatchObject({ target: 'mine', detail: { stage: 'canary', from: 'shadow', canary } });
  });

  test('the same upload again changes nothing and is not checked again', async () => {
    const { does, life, running } = await open();
    const first = await does.upload(author, version('1.0.0'));
    await does.promote(admin, 'mine', { version: first.id, stage: 'active' });
    const again = await does.upload(author, { ...version('1.0.0'), manifest: `# other\n${manifestOf('mine')}` });
    expect(again).toEqual({ ...first, fresh: false, stage: 'active' });
    expect([life.checks, running()]).toEqual([1, ['mine active 1.0.0']]);
  });

  test('what runs is found again by a process that starts anew, and is whole', async () => {
    const { does, store } = await open();
    const more =
      'capabilities: [observe, state]\ntick: 5\nstate: reset\nconfig: { n: { type: integer, default: 3 } }\nlimits: { memory_mib: 4, fuel: 5000000 }\n';
    const { id, module } = await does.upload(author, {
      ...uploadOf(manifestOf('mine', '1.0.0', more), {
        imports: ALL_IMPORTS.replace(/\n.*(process|container|propose).*/g, ''),
      }),
      config: { n: 4 },
    });
    const again = await open({}, store);
    const [live] = again.life.programs.at(-1)?.detectors ?? [];
    expect(live).toMatchObject({
      ...{ versionId: id, name: 'mine', version: '1.0.0', owner: 'author-1', scope: null, stage: 'shadow' },
      ...{
        paused: false,
        kinds: [Kind.ProcessExec, Kind.NetConnect],
        tickSeconds: 5,
        severity: 'Warning',
        hash: module,
        encoding: 'utf16',
      },
      ...{ config: '{"n":4}', capabilities: ['observe', 'state'], migrate: 'reset' },
      limits: { memoryPages: 64, fuel: 5_000_000n, deadlineMs: 1000, stateBytes: 1 << 20, findingsPerMinute: 600 },
    });
    expect(WebAssembly.validate(live?.module.slice() ?? new Uint8Array())).toBe(true);
  });

  test('changes of two control planes at once are all made, and each runs all of them', async () => {
    const store = await database.open();
    const notices = localDetectorNotices();
    const both = [await open({ notices }, store), await open({ notices, replica: 'replica-2' }, store)];
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name, i) => both[i % 2]?.does.upload(author, uploadOf(manifestOf(name)))));
    for (const { running } of both) await expect.poll(running).toEqual(names.map((name) => `${name} shadow 1.0.0`));
    expect(await store.detectors.revision()).toBe(4);
  });
});
