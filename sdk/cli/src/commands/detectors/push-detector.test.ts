import { generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ID, MANIFEST, version } from './testing/answers.ts';
import { DetectorCommand } from './testing/detector-command.ts';
import { FakeApi, problem } from './testing/fake-api.ts';

const command = new DetectorCommand();
let api: FakeApi;
beforeAll(() => {
  command.write('token', 'secret');
  command.write('scan/manifest.yaml', MANIFEST);
  command.write('scan/src/main.ts', 'export function onTick(now: u64): void {}\n');
  command.write('scan/core.wasm', new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
});
beforeEach(async () => {
  api = await FakeApi.start();
  api.on('POST /detectors', () => ({ status: 201, body: { ...version, fresh: true } }));
  return () => api.stop();
});
afterAll(() => command.remove());

const picket = (...words: string[]) =>
  command.picket('detectors', ...words, '--url', api.url, '--token-file', '@token');
const bodyOf = (call: string) => api.asked.find((one) => one.call === call)?.body;

describe('push', () => {
  it('sends manifest, sources, and the configuration by its types', async () => {
    const config = ['ports=7', 'quiet=true', 'names=p, q', 'word=5', 'share=0.25'].flatMap((word) => [
      '--config',
      word,
    ]);
    expect(await picket('push', '@scan', ...config)).toBe(0);
    expect(command.out).toEqual([`scan 1.2.0  ${ID.slice(0, 12)}  shadow`]);
    expect(command.said).toBe('next: picket detectors findings scan --follow');
    expect(bodyOf('POST /detectors')).toEqual({
      manifest: MANIFEST,
      source: { files: { 'main.ts': 'export function onTick(now: u64): void {}\n' } },
      config: { ports: 7, quiet: true, names: ['p', 'q'], word: '5', share: 0.25 },
      run: true,
    });
  });

  it('sends a module in place of the sources, signed', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    command.write('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(await picket('push', '@scan', '--component', '@scan/core.wasm', '--sign', '@key.pem', '--hold')).toBe(0);
    const body = bodyOf('POST /detectors') as { core: string; signature: string };
    expect(body).toMatchObject({ manifest: MANIFEST, core: 'AGFzbQEAAAA=', run: false });
    expect(body).not.toHaveProperty('source');
    const { readManifest } = await import('@picket/control-plane/detectors');
    const { detectorVersionId } = await import('@picket/sdk/client');
    const bytes = Buffer.from(body.core, 'base64');
    const id = await detectorVersionId(readManifest(MANIFEST), { kind: 'core', bytes });
    expect(verify(null, Buffer.from(id, 'hex'), publicKey, Buffer.from(body.signature, 'base64'))).toBe(true);
  });

  it('shows every place that the server says is wrong', async () => {
    const errors = [
      { path: 'main.ts:3:5', message: 'no such name' },
      { path: 'lib/a.ts:1:1', message: 'no such type' },
      { path: 'manifest.yaml:2:1', message: 'id: is missing' },
      { path: 'config.ports', message: 'ports must be a whole number' },
    ];
    api.on('POST /detectors', () => problem(422, 'DETECTOR_COMPILE_ERROR', 'the sources do not compile', errors));
    expect(await picket('push', '@scan')).toBe(1);
    expect(command.said.split('\n')).toEqual([
      'error scan/src/main.ts:3:5 no such name',
      'error scan/src/lib/a.ts:1:1 no such type',
      'error scan/manifest.yaml:2:1 id: is missing',
      'error config.ports ports must be a whole number',
      'picket: the sources do not compile',
    ]);
  });

  it.each([
    ['DETECTOR_CAPABILITY', /picket detectors grant NAME/],
    ['DETECTOR_SIGNATURE', /push --sign KEY/],
  ])('says what to do about %s', async (code, advice) => {
    api.on('POST /detectors', () => problem(422, code, 'the detector is not taken'));
    expect(await picket('push', '@scan')).toBe(1);
    expect(command.said).toMatch(advice);
    expect(command.said).toMatch(/picket: the detector is not taken$/);
  });

  it('says what keeps a version from running, and that it was there', async () => {
    api.on('POST /detectors', () => ({ body: { ...version, fresh: false, blocked: 'state is not granted' } }));
    expect(await picket('push', '@scan')).toBe(0);
    expect(command.said).toMatch(/there already.*\nit does not run: state is not granted$/);
  });

  it.each([
    ['--config ports', 2, /NAME=VALUE, not ports/],
    ['--config porst=1', 2, /porst is no entry of the configuration; there are: ports, quiet/],
    ['--config ports=many', 2, /ports takes a whole number, not "many"/],
    ['--config quiet=yes', 2, /quiet takes true or false/],
    ['--config share=', 2, /share takes a number/],
    ['--sign @token', 1, /token is no private key.*openssl genpkey -algorithm ed25519/],
    ['--component @none', 1, /none can not be read/],
  ])('says what is wrong with %s', async (words, code, message) => {
    expect(await picket('push', '@scan', ...words.split(' '))).toBe(code);
    expect(command.said).toMatch(message);
    expect(api.asked).toEqual([]);
  });

  it('tells nothing of what is in a key file that can not be used', async () => {
    command.write('odd.pem', '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n');
    expect(await picket('push', '@scan', '--sign', '@odd.pem')).toBe(1);
    expect(command.said).not.toContain('c2VjcmV0');
  });
});
