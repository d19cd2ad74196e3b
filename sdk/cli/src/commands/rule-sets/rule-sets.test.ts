import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../run.ts';
import { setFiles } from './set-files.ts';

let folder = '';
let notes: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-push-'));
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  for (const name of ['a/one.yaml', 'a/two.yml', 'a/one.test.yaml', 'b/one.yaml'])
    writeFileSync(join(folder, name), `# ${name}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  notes = [];
});

async function picket(line: string): Promise<number> {
  const io = {
    out: () => undefined,
    note: (text: string) => void notes.push(text),
    signal: new AbortController().signal,
  };
  const config = { data: folder, natsUrl: undefined, seedFile: undefined, loginFile: join(folder, 'none') };
  return await run(line.split(' '), config, io);
}

it('names files of a set without the folder they lie in, and refuses two of one name', () => {
  expect(setFiles([join(folder, 'a')])).toEqual([
    { name: 'one.yaml', text: '# a/one.yaml\n' },
    { name: 'two.yml', text: '# a/two.yml\n' },
  ]);
  expect(() => setFiles([join(folder, 'a'), join(folder, 'b')])).toThrow(/two files are called one\.yaml/);
  expect(() => setFiles([join(folder, 'c')])).toThrow(/can not be read/);
});

it.each([
  ['rules override r', /say what to change/],
  ['rules override r --enable --disable', /not both/],
  ['rules override r --clear --enable', /nothing else/],
  ['rules override r --priority loud', /--priority takes Emergency/],
  ['rules except 1 --owner a --reason b', /--owner, --reason and --expires/],
  ['rules except 1 --owner a --reason b --expires soon', /--expires takes/],
  ['rules accept 1', /--owner, --reason and --expires/],
  ['rules exceptions --state odd', /--state takes proposed/],
  ['rules push', /argument is missing/],
])('says what is wrong with %s', async (line, message) => {
  expect(await picket(line)).toBe(2);
  expect(notes.join('\n')).toMatch(message);
});
