import { afterEach, describe, expect, test } from 'vitest';
import { ALL_IMPORTS } from '../detection/host/testing/guest-text.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { AUTHOR, actorWith, detectorLives, manifestOf, uploadOf } from './testing/test-detector-life.ts';

const author = actorWith('author-1', AUTHOR);
const admin = actorWith('admin-1');
const version = (number: string) => uploadOf(manifestOf('mine', number));

onSqlite((database) => {
  const { open, closeAll } = detectorLives(() => database.open());
  afterEach(closeAll);

  describe('an upload', () => {
    test('that does not compile is refused with every place, and nothing is kept', async () => {
      const { does, store, running } = await open();
      const bad = { ...version('1.0.0'), source: { files: { 'main.ts': 'bad' } } };
      await expect(does.upload(author, bad)).rejects.toMatchObject({
        code: 'DETECTOR_COMPILE_ERROR',
        details: [
          { path: 'main.ts:3:5', message: 'no such name' },
          { path: 'lib/a.ts:1:1', message: 'another' },
        ],
      });
      expect([running(), await store.detectors.list(), (await store.audit.list(5)).items]).toEqual([[], [], []]);
      expect(await store.detectors.revision()).toBe(0);
    });

    test('of a binary that is refused names the byte', async () => {
      const { does } = await open();
      const core = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99]).toString('base64');
      const refused = does.upload(author, { manifest: manifestOf('mine'), core, run: true });
      await expect(refused).rejects.toMatchObject({ details: [{ path: expect.stringMatching(/^byte \d+$/) }] });
      const large = Buffer.alloc((8 << 20) + 1).toString('base64');
      await expect(does.upload(author, { manifest: manifestOf('mine'), core: large, run: true })).rejects.toMatchObject(
        {
          code: 'DETECTOR_TOO_LARGE',
        },
      );
    });

    test('with a configuration that its manifest does not take is refused before it is compiled', async () => {
      const { does, life } = await open();
      const refused = does.upload(author, { ...version('1.0.0'), config: { nothing: 1 } });
      await expect(refused).rejects.toMatchObject({ code: 'DETECTOR_CONFIG', details: [{ path: 'config.nothing' }] });
      expect(life.checks).toBe(0);
    });

    test('that is not to run is kept, and takes the settings of the version before as far as it knows them', async () => {
      const { does, running } = await open();
      const manifest = (number: string, entries: string) => manifestOf('mine', number, `config: { ${entries} }\n`);
      const entry = (name: string, most: number) => `${name}: { type: integer, default: 1, maximum: ${most} }`;
      await does.upload(author, {
        ...uploadOf(manifest('1.0.0', `${entry('a', 9)}, ${entry('b', 9)}, ${entry('c', 9)}`)),
        config: { a: 9, b: 8, c: 7 },
        run: false,
      });
      expect(running()).toEqual([]);
      const two = await does.upload(author, uploadOf(manifest('2.0.0', `${entry('a', 9)}, ${entry('b', 5)}`)));
      expect(two.config).toEqual({ a: 9 });
    });

    test('under a number that has alerted with other contents is refused', async () => {
      const { does } = await open();
      await does.upload(author, version('1.0.0'));
      const other = () => uploadOf(manifestOf('mine'), { onbatch: '(nop) (i32.const 0)' });
      const { id } = await does.upload(author, other());
      await does.promote(admin, 'mine', { version: id, stage: 'active' });
      const third = uploadOf(manifestOf('mine'), { onbatch: '(nop) (nop) (i32.const 0)' });
      await expect(does.upload(author, third)).rejects.toMatchObject({
        code: 'DETECTOR_CONFLICT',
        message: expect.stringContaining('raise the version'),
      });
    });

    test('beyond the versions that are kept names those that never alerted', async () => {
      const { does, store } = await open();
      await does.upload(author, version('1.0.0'));
      await does.promote(admin, 'mine', { version: '1.0.0', stage: 'active' });
      const [head] = await store.detectorVersions.of('mine');
      await store.transaction(async (trx) => {
        const bytes = { module: new Uint8Array(1), upload: new Uint8Array(1) };
        for (let n = 0; n < 49; n++)
          if (head)
            await trx.detectorVersions.insert({ ...head, id: `${n}`.padStart(64, '0'), version: `0.0.${n}` }, bytes);
      });
      const refused: unknown = await does.upload(author, version('9.0.0')).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'DETECTOR_CONFLICT', message: expect.stringContaining('0.0.0 (00000') });
      expect(String(refused)).not.toContain('1.0.0 (');
    });
  });

  describe('capabilities', () => {
    const more = 'capabilities: [observe, state, context]\n';
    const greedy = () => uploadOf(manifestOf('mine', '1.0.0', more));

    test('beyond what is granted refuse an upload until an operator grants them, and taking them away ends it', async () => {
      const { does, running } = await open();
      await expect(does.upload(author, greedy())).rejects.toMatchObject({ code: 'DETECTOR_CAPABILITY' });
      await does.grant(admin, 'mine', { capabilities: ['state', 'context'] });
      await does.upload(author, greedy());
      expect((await does.get(author, 'mine')).grants).toEqual({
        capabilities: ['observe', 'state', 'context'],
        own: true,
      });
      expect(running()).toEqual(['mine shadow 1.0.0']);
      await does.grant(admin, 'mine', { capabilities: null });
      expect(running()).toEqual([]);
      expect((await does.get(author, 'mine')).stages.shadow?.blocked).toContain('context');
      await expect(does.promote(admin, 'mine', { version: '1.0.0', stage: 'active' })).rejects.toMatchObject({
        code: 'DETECTOR_CAPABILITY',
      });
    });

    test('that the module imports and the manifest does not name are refused, with the byte', async () => {
      const { does } = await open({ policy: { grants: ['observe', 'state', 'context', 'respond'] } });
      await expect(does.upload(author, uploadOf(manifestOf('mine'), { imports: ALL_IMPORTS }))).rejects.toMatchObject({
        code: 'DETECTOR_CAPABILITY',
        details: [{ path: expect.stringMatching(/^byte/) }],
      });
    });

    test('that are not granted are left away where the server says so', async () => {
      const { does, life } = await open({ policy: { ungranted: 'trap' } });
      await does.upload(author, greedy());
      expect(life.programs.at(-1)?.detectors[0]?.capabilities).toEqual(['observe', 'state']);
    });
  });
});
