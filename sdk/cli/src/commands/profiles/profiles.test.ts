import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { fromYaml, profileId } from '@picket/control-plane/profiles';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DetectorCommand } from '../detectors/testing/detector-command.ts';
import { FakeApi, problem } from '../detectors/testing/fake-api.ts';
import { COLUMNS } from '../models/columns.ts';
import { document, ID, model, profile } from '../models/testing/answers.ts';

const YAML = `picket_profile: 1
workload: { key: web/nginx, digest: 'sha256:ab', image: nginx }
stage: monitor
learned: { from: 2026-01-01T00:00:00.000Z, to: 2026-01-02T00:00:00.000Z, windows: 10, runs: 1 }
does:
  programs:
    - {is: /usr/sbin/nginx, windows: 10, runs: 1}
`;
/** Of web/nginx under sha256:ab. */
const YAML_ID = '3d6af7384db8f5c3';
const command = new DetectorCommand();
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
let api: FakeApi;
beforeAll(() => {
  command.write('token', 'secret');
  command.write('web.yaml', YAML);
  command.write('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(() => command.remove());
beforeEach(async () => {
  api = await FakeApi.start();
  api.on('GET /models', () => ({ body: { items: [model], next: null } }));
  api.on('GET /profiles', () => ({ body: { items: [profile], next: null } }));
  api.on(`GET /profiles/${ID}`, () => ({ body: document }));
  return () => api.stop();
});

const picket = (...words: string[]) => command.picket('profiles', ...words, '--url', api.url, '--token-file', '@token');
const puts = () => api.asked.filter(({ call }) => call.startsWith('PUT'));

it('lists profiles on two lines each', async () => {
  expect(await picket('list')).toBe(0);
  expect(command.out[1]).toBe('    2a98c2bde32de6a7  monitor; 41 entries from 12 345 windows; 1 allowed');
});

it('shows entries by class, and what people said', async () => {
  expect(await picket('show', 'web')).toBe(0);
  expect(command.out).toContain('programs (x), 2:');
  expect(command.out.find((line) => line.includes('nginx ') && line.startsWith('  /'))).toMatch(
    /^ {2}\/usr\/sbin\/nginx +1 234 567 windows, 12 containers$/,
  );
  expect(command.out).toContain('  allowed x:/bin/tar');
  expect(command.out).toContain('  proposed to remove x:/bin/ls');
  for (const line of command.out) {
    expect(line).not.toMatch(/\p{Cc}/u);
    if (!line.includes(profile.key)) expect(line.length, line).toBeLessThanOrEqual(COLUMNS);
  }
  expect(await picket('show', ID, '--class', 'programs', '--search', 'NGINX')).toBe(0);
  expect(command.out.filter((line) => line.endsWith(':'))).toEqual(['programs (x), 1 of 2:']);
  expect([await picket('show', ID, '--class', 'odd'), command.said]).toEqual([
    2,
    'picket: the profile has no class odd: there are x, programs, r, reads',
  ]);
});

it('brings a file in, signed when a key is given', async () => {
  api.on(`PUT /profiles/${YAML_ID}`, () => ({ body: { ...profile, id: YAML_ID } }));
  expect([await picket('import', '@web.yaml', '--stage', 'enforce'), command.said]).toEqual([
    0,
    `newer versions wait from now on: picket models stage ${YAML_ID} --unpin lets them through again`,
  ]);
  expect(puts()[0]?.body).toEqual({ yaml: YAML, stage: 'enforce' });
  expect(await picket('import', '@web.yaml', '--sign', '@key.pem')).toBe(0);
  const sent = puts()[1]?.body as { yaml: string } | undefined;
  const { head, profile: read, signature } = fromYaml(sent?.yaml ?? '');
  const bytes = Buffer.from(profileId(read, head), 'hex');
  const spki = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
  expect(verify(null, bytes, spki, Buffer.from(signature?.value ?? '', 'base64'))).toBe(true);
});

it('tells every place of a file that is wrong, before it is sent', async () => {
  command.write('bad.yaml', YAML.replace('windows: 10, runs: 1 }', 'windows: many, runs: 1 }').concat('odd: 1\n'));
  expect(await picket('import', '@bad.yaml')).toBe(1);
  expect(command.said.split('\n').filter((line) => /^error bad\.yaml:\d+:\d+ /.test(line))).toHaveLength(2);
  expect([await picket('import', '@none.yaml'), command.said]).toEqual([1, expect.stringMatching(/can not be read/)]);
  expect(puts()).toEqual([]);
});

it('says how to sign where the server asks for it', async () => {
  api.on(`PUT /profiles/${YAML_ID}`, () => problem(422, 'PROFILE_REFUSED', 'this server takes signed profiles only'));
  expect([await picket('import', '@web.yaml'), command.said]).toEqual([
    1,
    expect.stringMatching(/^picket profiles import --sign KEY signs .*\npicket: this server takes signed/),
  ]);
});

it.each(['allow', 'remove', 'forget'])('%s sends tokens with a reason', async (what) => {
  api.on(`POST /profiles/${ID}/${what}`, () => ({ body: { ...profile, proposed: what === 'allow' ? 1 : 0 } }));
  expect(await picket(what, 'web', 'x:/bin/tar', 'x:/opt/**', '--pattern', '--reason', 'dump')).toBe(0);
  expect(api.asked.at(-1)).toEqual({
    call: `POST /profiles/${ID}/${what}`,
    body: { tokens: ['x:/bin/tar', 'x:/opt/**'], reason: 'dump', pattern: true },
  });
  expect(command.said).toMatch(what === 'allow' ? /until an operator says the same/ : /^$/);
});

it.each([
  ['allow web curl --reason x', /curl is no token: a letter for its class and a colon/],
  ['allow web x:/bin/a', /say why, with --reason TEXT/],
  ['allow web', /an argument is missing; usage: picket profiles allow WORKLOAD TOKEN.../],
])('says what is wrong with %s', async (line, message) => {
  expect(await picket(...line.split(' '))).toBe(2);
  expect(command.said).toMatch(message);
  expect(api.asked).toEqual([]);
});
