import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { onSqlite } from '../store/testing/databases.ts';
import { checkSignature } from './signatures.ts';
import { actorWith, manifestOf, openTestDetectorLife, signed, uploadOf } from './testing/test-detector-life.ts';

const folder = mkdtempSync(join(tmpdir(), 'picket-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ type, format: 'pem' }).toString();

function pair(): { publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: pem(publicKey, 'spki'), privateKey: pem(privateKey, 'pkcs8') };
}

onSqlite((database) => {
  test('where the server has keys, a version is taken with a signature of one of them over just this version', async () => {
    const [known, stranger] = [pair(), pair()];
    writeFileSync(join(folder, 'a.pem'), pair().publicKey);
    writeFileSync(join(folder, 'b.pem'), known.publicKey);
    writeFileSync(join(folder, 'notes.txt'), 'no key');
    const life = await openTestDetectorLife(await database.open(), { policy: { keysFolder: folder } });
    const author = actorWith('author-1');
    const upload = uploadOf(manifestOf('mine'));
    const refused = { code: 'DETECTOR_SIGNATURE' };
    await expect(life.lifecycle.upload(author, upload)).rejects.toMatchObject(refused);
    await expect(life.lifecycle.upload(author, await signed(upload, stranger.privateKey))).rejects.toMatchObject(
      refused,
    );
    const right = await signed(upload, known.privateKey);
    const changed = { ...right, manifest: manifestOf('mine', '1.0.1') };
    await expect(life.lifecycle.upload(author, changed)).rejects.toMatchObject(refused);
    expect(life.checks).toBe(0);
    const taken = await life.lifecycle.upload(author, right);
    expect(taken.signed_by).toMatch(/^[0-9a-f]{32}$/);
    expect(await life.lifecycle.version(author, 'mine', '1.0.0')).toMatchObject({ signature: right.signature });
    await life.stop();
  });
});

test('a folder or a key that can not be used is told with its path', () => {
  const check = (path: string) => () => checkSignature(path, '00'.repeat(32), 'AAAA');
  expect(check(join(folder, 'nowhere'))).toThrow(/nowhere of keys can not be read.*PICKET_DETECTOR_KEYS/);
  const wrong = mkdtempSync(join(folder, 'wrong-'));
  writeFileSync(join(wrong, 'x.pem'), pem(generateKeyPairSync('x25519').publicKey, 'spki'));
  expect(check(wrong)).toThrow(/x\.pem is a key of another kind than Ed25519/);
  writeFileSync(join(wrong, 'a.pem'), 'nothing');
  expect(check(wrong)).toThrow(/a\.pem is no public key in PEM/);
});
