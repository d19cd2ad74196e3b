import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { longFiles, MAX_LINES } from './file-size.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-size-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const lines = (count: number) => 'x\n'.repeat(count);

function check(files: Record<string, string>): readonly string[] {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  return longFiles(root, Object.keys(files));
}

it('names files over the bound with their length', () => {
  expect(check({ 'a.ts': lines(MAX_LINES), 'b.ts': lines(MAX_LINES + 1), 'c.cc': lines(900) })).toEqual([
    `b.ts: ${MAX_LINES + 1} lines; split it, or say near its top why not: // Size: reason`,
    'c.cc: 900 lines; split it, or say near its top why not: // Size: reason',
  ]);
});

it('lets pass a file that says why, but only near its top and with a reason', () => {
  const late = `${lines(30)}// Size: one table\n${lines(300)}`;
  const problems = check({
    'said.ts': `// Size: one table that is read top to bottom\n${lines(400)}`,
    'empty.ts': `// Size:\n${lines(400)}`,
    'late.ts': late,
  });
  expect(problems.map((problem) => problem.split(':')[0])).toEqual(['empty.ts', 'late.ts']);
});

it('leaves generated files and data alone', () => {
  expect(check({ 'events.gen.ts': lines(999), 'rules.yaml': lines(999), 'notes.md': lines(999) })).toEqual([]);
});
