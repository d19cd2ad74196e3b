import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ID, info, MANIFEST, OTHER, version } from './testing/answers.ts';
import { DetectorCommand } from './testing/detector-command.ts';
import { FakeApi } from './testing/fake-api.ts';

const command = new DetectorCommand();
let api: FakeApi;
beforeAll(() => command.write('token', 'secret'));
beforeEach(async () => {
  api = await FakeApi.start();
  api.on('GET /detectors/scan', () => ({ body: info }));
  return () => api.stop();
});
afterAll(() => command.remove());

const picket = (...words: string[]) =>
  command.picket('detectors', ...words, '--url', api.url, '--token-file', '@token');
const bodyOf = (call: string) => api.asked.find((one) => one.call === call)?.body;

describe('stages', () => {
  beforeEach(() => {
    for (const what of ['promote', 'rollback', 'pause', 'resume'])
      api.on(`POST /detectors/scan/${what}`, () => ({ body: info }));
  });

  it.each([
    [['--to', 'active'], { version: OTHER, stage: 'active' }],
    [['--to', 'canary', '--percent', '10'], { version: ID, stage: 'canary', canary: { percent: 10 } }],
    [
      [
        '--to',
        'canary',
        '--canary-namespace',
        'a',
        '--canary-namespace',
        'b',
        '--canary-label',
        'app=web',
        '--canary-node',
        'n',
      ],
      { version: ID, stage: 'canary', canary: { namespaces: ['a', 'b'], labels: { app: 'web' }, nodes: ['n'] } },
    ],
    [['--to', 'shadow', '--version', '1.0.0'], { version: '1.0.0', stage: 'shadow' }],
  ])('promote %j', async (words, body) => {
    expect(await picket('promote', 'scan', ...words)).toBe(0);
    expect(bodyOf('POST /detectors/scan/promote')).toEqual(body);
    expect(command.out[0]).toMatch(/^scan +canary 1\.1\.0, shadow 1\.2\.0$/);
  });

  it('says how a version goes on that runs nowhere after a rollback', async () => {
    const back = { ...info, stages: { ...info.stages, canary: null } };
    api.on('POST /detectors/scan/rollback', () => ({ body: back }));
    expect(await picket('rollback', 'scan')).toBe(0);
    expect(command.said).toContain('1.1.0 runs nowhere now: picket detectors promote scan --to shadow --version 1.1.0');
  });

  it('gives a canary another share when no shadow is behind it', async () => {
    api.on('GET /detectors/scan', () => ({ body: { ...info, stages: { ...info.stages, shadow: null } } }));
    expect(await picket('promote', 'scan', '--to', 'canary', '--percent', '50')).toBe(0);
    expect(bodyOf('POST /detectors/scan/promote')).toEqual({
      version: OTHER,
      stage: 'canary',
      canary: { percent: 50 },
    });
  });

  it.each([
    ['promote scan', /say where: --to shadow or --to canary or --to active/],
    ['promote scan --to everywhere', /--to takes shadow, canary, active/],
    ['promote scan --to canary', /needs to know where it alerts/],
    ['promote scan --to active --percent 5', /goes with --to canary/],
    ['promote scan --to canary --percent 500', /up to 100/],
    ['promote scan --to canary --canary-label web', /NAME=VALUE, not web/],
    ['promote scan --to shadow', /no version of scan waits for shadow: name one with --version/],
    ['grant scan', /name capabilities \(observe, state, context, respond\), or --default/],
    ['grant scan fly', /fly is no capability/],
    ['grant scan state --default', /or --default/],
  ])('says what is wrong with %s', async (line, message) => {
    expect(await picket(...line.split(' '))).toBe(2);
    expect(command.said).toMatch(message);
    expect(api.asked.filter(({ call }) => !call.startsWith('GET'))).toEqual([]);
  });

  it.each(['rollback', 'pause', 'resume'])('%s', async (what) => {
    expect(await picket(what, 'scan')).toBe(0);
    expect(api.asked.at(-1)?.call).toBe(`POST /detectors/scan/${what}`);
  });
});

describe('settings', () => {
  beforeEach(() => {
    const body = { ...version, manifest: MANIFEST, source: {}, binary: null, signature: null };
    api.on(`GET /detectors/scan/versions/${OTHER}`, () => ({ body }));
    api.on('PUT /detectors/scan/config', () => ({ body: info }));
    api.on('PUT /detectors/scan/grants', () => ({ status: 204 }));
  });

  it('are shown with their defaults', async () => {
    expect(await picket('config', 'scan')).toBe(0);
    expect(command.out).toEqual([
      'ports=5',
      'quiet=false  (default)',
      'names=a,b  (default)',
      'word=x  (default)',
      'share=0.5  (default)',
    ]);
  });

  it('are changed one by one, or all back', async () => {
    expect(await picket('config', 'scan', 'quiet=true')).toBe(0);
    expect(bodyOf('PUT /detectors/scan/config')).toEqual({ config: { ports: 5, quiet: true } });
    expect(command.out.slice(0, 2)).toEqual(['ports=5', 'quiet=true']);
    api.asked.length = 0;
    expect(await picket('config', 'scan', '--reset')).toBe(0);
    expect(bodyOf('PUT /detectors/scan/config')).toEqual({ config: {} });
  });

  it('grants are said as a whole', async () => {
    expect(await picket('grant', 'scan', 'state', 'context')).toBe(0);
    expect(bodyOf('PUT /detectors/scan/grants')).toEqual({ capabilities: ['observe', 'state', 'context'] });
    api.asked.length = 0;
    expect(await picket('grant', 'scan', '--default')).toBe(0);
    expect(bodyOf('PUT /detectors/scan/grants')).toEqual({ capabilities: null });
  });

  it('deletes a detector, or one version', async () => {
    api.on('DELETE /detectors/scan', () => ({ status: 204 }));
    api.on('DELETE /detectors/scan/versions/1.1.0', () => ({ status: 204 }));
    expect(await picket('delete', 'scan')).toBe(0);
    expect(await picket('delete', 'scan', '--version', '1.1.0')).toBe(0);
    expect(api.asked.map(({ call }) => call)).toEqual([
      'DELETE /detectors/scan',
      'DELETE /detectors/scan/versions/1.1.0',
    ]);
  });
});
