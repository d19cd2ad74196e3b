import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRuleFiles } from './rule-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-rules-'));
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, 'more/b.yaml'), 'b');
  writeFileSync(join(folder, 'more/a.yml'), 'a');
  writeFileSync(join(folder, 'more/notes.txt'), 'no');
  writeFileSync(join(folder, 'more/a.test.yaml'), 'tests');
  writeFileSync(join(folder, 'own.yaml'), 'own');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('reads files and all rule files of folders, in order', () => {
  const files = readRuleFiles([join(folder, 'own.yaml'), join(folder, 'more')]);
  expect(files.map((file) => file.text)).toEqual(['own', 'a', 'b']);
});

it('reads folders of any name, and nothing but files in them', () => {
  const odd = join(folder, 'shop [prod] {a,b}');
  mkdirSync(join(odd, 'folder.yaml'), { recursive: true });
  writeFileSync(join(odd, 'a.yaml'), 'odd');
  symlinkSync('a.yaml', join(odd, 'link.yml'));
  execFileSync('mkfifo', [join(odd, 'pipe.yaml')]);
  expect(readRuleFiles([odd]).map((file) => file.text)).toEqual(['odd', 'odd']);
});

it('names the path that can not be read', () => {
  expect(() => readRuleFiles([join(folder, 'none.yaml')])).toThrow(/none\.yaml.*PICKET_RULES/);
});
