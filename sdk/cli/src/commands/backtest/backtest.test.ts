import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BacktestResult } from '@picket/sdk/client';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../run.ts';
import { filtersOf, stretchOf } from './choices.ts';

const ATTACK = fileURLToPath(new URL('../../../../../test/fixtures/attack.pkcap', import.meta.url));
const DETECTOR = fileURLToPath(new URL('../../../../../detectors/port-scan', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'picket-cli-backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function picket(...words: string[]): Promise<{ code: number; out: string; notes: string }> {
  const out: string[] = [];
  const notes: string[] = [];
  const io = {
    out: (line: string) => void out.push(line),
    note: (line: string) => void notes.push(line),
    signal: new AbortController().signal,
  };
  const config = { data: folder, natsUrl: undefined, seedFile: undefined, loginFile: join(folder, 'none') };
  const code = await run(['backtest', ...words], config, io);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

const args = (text: Record<string, string>) => ({ positionals: [], text, flags: {} });

describe('without a server', () => {
  test('rules are tried against the shipped ones', async () => {
    const file = join(folder, 'mine.yaml');
    const rule = (name: string, type: string) =>
      `- rule: ${name}\n  condition: evt.type = ${type}\n  output: "%proc.name"\n  priority: Notice\n`;
    writeFileSync(file, rule('programs', 'execve'));
    const { code, out } = await picket('--local', file, '--capture', ATTACK);
    expect(code).toBe(0);
    expect(out).toMatch(/^events +1490 in 170 batches, 2026-/);
    expect(out).toMatch(/Notice +programs · /);
    expect(out).toMatch(/difference to the shipped rules: \d+ added, 0 gone, 0 same\n +\+ .* programs · shop-web/);
    expect(out).toMatch(/clean +yes/);
  });

  test('a detector is built and tried', async () => {
    const { code, out } = await picket('--local', DETECTOR, '--capture', ATTACK, '--json');
    expect(code).toBe(0);
    const { result, clean } = JSON.parse(out);
    expect(clean).toBe(true);
    expect(BacktestResult.parse(result).events).toMatchObject({ batches: 170, records: 1490 });
  }, 120_000);

  test('what is wrong is said with its place', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, '- rule: bad\n  condition: proc.nosuch = 1\n  priority: Notice\n');
    const wrong = await picket('--local', file, '--capture', ATTACK);
    expect([wrong.code, wrong.notes]).toEqual([1, expect.stringMatching(/bad\.yaml:2:14/)]);
    const gone = await picket('--local', file, '--capture', join(folder, 'none'));
    expect([gone.code, gone.notes]).toEqual([1, expect.stringMatching(/can not be read/)]);
    expect((await picket('--local', file)).code).toBe(2);
    expect((await picket('--local', file, '--capture', ATTACK, '--since', '1h')).code).toBe(2);
  });
});

test.each([
  [['detector']],
  [['rules']],
  [['other']],
  [['rules', 'a.yaml', '--set', 'b']],
  [['show']],
  [['list', 'more']],
])('%j is not understood', async (words) => {
  writeFileSync(join(folder, 'token'), 'pkt_none');
  const login = ['--url', 'http://127.0.0.1:1', '--token-file', join(folder, 'token')];
  const { code, notes } = await picket(...words, ...login);
  expect([code, notes]).toEqual([2, expect.stringMatching(/picket backtest/)]);
});

test('times are moments or so long ago, lists are separated by commas', () => {
  const now = Date.parse('2027-01-02T12:00:00Z');
  expect(stretchOf(args({}), now)).toEqual({ since: '2027-01-01T12:00:00.000Z' });
  expect(stretchOf(args({ since: '90m', until: '2027-01-02T11:00:00+01:00' }), now)).toEqual({
    since: '2027-01-02T10:30:00.000Z',
    until: '2027-01-02T10:00:00.000Z',
  });
  for (const since of ['soon', '5y', '', '-1h']) expect(() => stretchOf(args({ since }), now)).toThrow(/--since takes/);
  expect(filtersOf(args({ nodes: 'a, b,', namespaces: ' ' }))).toEqual({ nodes: ['a', 'b'] });
});
