import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FIRST, finding, ID, info, OTHER, SECOND, stats, TIME, version } from './testing/answers.ts';
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

describe('what is there', () => {
  it('is listed page by page', async () => {
    const quiet = { ...info, name: 'quiet', paused: true, stages: { shadow: null, canary: null, active: null } };
    api.on('GET /detectors?limit=200', () => ({ body: { items: [info], next: 'more' } }));
    api.on('GET /detectors?limit=200&cursor=more', () => ({ body: { items: [quiet], next: null } }));
    expect(await picket('list')).toBe(0);
    command.expectFitsTerminal();
    expect(command.out[0]).toBe(`${'scan'.padEnd(28)} canary 1.1.0, shadow 1.2.0`);
    expect(command.out[2]).toBe(`${'quiet'.padEnd(28)} runs nowhere; paused`);
    api.on('GET /detectors?limit=200', () => ({ body: { items: [], next: null } }));
    expect(await picket('list')).toBe(0);
    expect(command.said).toMatch(/there are no detectors that this token sees: picket detectors push/);
  });

  it('is shown with its versions', async () => {
    const old = { ...version, id: OTHER, version: '1.1.0', stage: 'canary', upload: 'component', signed_by: 'key-1' };
    api.on('GET /detectors/scan/versions', () => ({ body: { items: [version, old], next: null } }));
    expect(await picket('show', 'scan')).toBe(0);
    command.expectFitsTerminal();
    expect(command.text).toMatch(
      /^canary {4}1\.1\.0 cdcdcdcdcdcd\nshadow {4}1\.2\.0 abababababab\nalerts {4}in namespaces shop, for 10 % of the containers$/m,
    );
    expect(command.text).toMatch(/^sees {6}namespaces shop, cart\nmay {7}observe, state$/m);
    expect(command.out.slice(-2)).toEqual([
      'abababababab shadow 1.2.0      2026-01-02T03:04:05Z source',
      'cdcdcdcdcdcd canary 1.1.0      2026-01-02T03:04:05Z component signed by key-1',
    ]);
  });

  it('has stats', async () => {
    api.on('GET /detectors/scan/stats', () => ({ body: { replica: 'r', items: [stats] } }));
    expect(await picket('stats', 'scan')).toBe(0);
    command.expectFitsTerminal();
    expect(command.out).toEqual([
      'version   1.2.0 abababababab, shadow, quarantined',
      'given     1 234 567 events in 89 calls, 0 wait',
      'skipped   12 queue',
      'found     3 findings',
      'dropped   7 findings',
      'a call    half within 1.5 us, 99 % within 2.5 ms',
      'uses      3.0 MiB, 12.5 % of the time of all detectors',
      'faults    3 DETECTOR_FUEL',
      'put back  1 times',
      'why       DETECTOR_FUEL: onbatch used up its fuel: do less in one call, or ask',
      '          for more',
      `waits     until ${TIME}; picket detectors resume`,
    ]);
  });
});

describe('findings and logs', () => {
  it('are shown the oldest first', async () => {
    const items = [finding(SECOND, 2), finding(FIRST, 1)];
    api.on('GET /detectors/scan/findings', () => ({ body: { items, next: null } }));
    expect(await picket('findings', 'scan')).toBe(0);
    expect(command.out).toEqual([
      '03:04:05 Warning       Port scan · web',
      '         many ports\\x1b[31m',
      '03:04:05 Warning       Port scan ×2 · web',
      '         many ports\\x1b[31m',
    ]);
    api.on('GET /detectors/scan/findings', () => ({ body: { items: [], next: null } }));
    expect(await picket('findings', 'scan')).toBe(0);
    expect(command.said).toBe('scan has recorded nothing');
  });

  it('are followed: each once, and again when it counts more', async () => {
    const pages = [[finding(FIRST, 1)], [finding(FIRST, 1)], [finding(SECOND, 1), finding(FIRST, 3)]];
    api.on('GET /detectors/scan/findings', () => {
      const items = pages.shift();
      if (!items) command.stop.abort();
      return { body: { items: items ?? [], next: null } };
    });
    expect(await picket('findings', 'scan', '--follow')).toBe(0);
    expect(command.out.filter((line) => line.includes('Port scan'))).toEqual([
      '03:04:05 Warning       Port scan · web',
      '03:04:05 Warning       Port scan ×3 · web',
      '03:04:05 Warning       Port scan · web',
    ]);
  });

  it('say that there is nothing', async () => {
    api.on('GET /detectors/scan/logs', () => ({ body: { items: [], next: 'p0', missed: 0 } }));
    expect(await picket('logs', 'scan')).toBe(0);
    expect(command.said).toBe('scan has logged nothing');
  });

  it('logs go on where they were, and say what was missed', async () => {
    const line = (number: number, message: string) => ({
      version: ID,
      number,
      time: TIME,
      level: 'warn',
      message,
      partition: 3,
    });
    api.on('GET /detectors/scan/logs?limit=200', () => ({ body: { items: [line(1, 'a\nb')], next: 'p1', missed: 0 } }));
    api.on('GET /detectors/scan/logs?after=p1&limit=200', () => ({
      body: { items: [line(5, 'c')], next: 'p2', missed: 3 },
    }));
    api.on('GET /detectors/scan/logs?after=p2&limit=200', () => {
      command.stop.abort();
      return { body: { items: [], next: 'p2', missed: 0 } };
    });
    expect(await picket('logs', 'scan', '--follow')).toBe(0);
    expect(command.out).toEqual([
      '2026-01-02 03:04:05 abababababab warn    a\\x0ab',
      '2026-01-02 03:04:05 abababababab warn    c',
    ]);
    expect(command.said).toBe('3 lines were pushed out before they could be read');
  });
});
