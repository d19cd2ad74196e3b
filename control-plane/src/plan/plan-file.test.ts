import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readPlanFile } from './plan-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'picket-plan-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'plan.yaml');
  writeFileSync(file, text);
  return readPlanFile(file);
}
const DEFAULTS = { trace: 'needed', budgets: {}, suppress_ms: 1000, ignore: { opens: [], connects: [] } };

it('takes the defaults for what is not said', () => {
  expect(readPlanFile(undefined)).toEqual(DEFAULTS);
  expect(read('')).toEqual(DEFAULTS);
  expect(read('ignore: {opens: [/srv/cache/]}')).toEqual({
    ...DEFAULTS,
    ignore: { opens: ['/srv/cache/'], connects: [] },
  });
});

it('takes all that can be said', () => {
  const text = `
trace: all
budgets: {file.open: 0, net.close: 100}
suppress_ms: 0
ignore:
  opens: [/srv/]
  connects:
    - cidr: 10.0.0.0/8
      ports: [[80, 90]]
    - cidr: fd00::/8
`;
  expect(read(text)).toEqual({
    trace: 'all',
    budgets: { 'file.open': 0, 'net.close': 100 },
    suppress_ms: 0,
    ignore: {
      opens: ['/srv/'],
      connects: [
        { cidr: '10.0.0.0/8', ports: [[80, 90]] },
        { cidr: 'fd00::/8', ports: [] },
      ],
    },
  });
});

it.each([
  ['trace: some', /trace: /],
  ['budgets: {file.opens: 3}', /budgets/],
  ['budgets: {file.open: -1}', /budgets\.file\.open/],
  ['suppress_ms: soon', /suppress_ms/],
  ['suppress: 3', /suppress/],
  ['ignore: {opens: [etc]}', /ignore\.opens\.0/],
  ['ignore: {connects: [{cidr: 10.0.0.0}]}', /ignore\.connects\.0/],
  ['- trace: all', /the file: .*object/],
  ['trace: [', /flow/i],
  ['a: &a [1]\nb: [*a, *a]', /alias/i],
])('refuses %j, and says what is wrong and where', (text, why) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(why) }),
  );
  expect(() => read(text)).toThrow(/PICKET_PLAN_FILE .*plan\.yaml can not be used .*correct it/s);
});

it('refuses a file that is not there', () => {
  expect(() => readPlanFile(join(folder, 'none.yaml'))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
