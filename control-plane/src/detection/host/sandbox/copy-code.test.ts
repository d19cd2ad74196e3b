import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { type CodeCopy, copyCode, placeOf } from './copy-code.ts';
import { ENTRIES, hostCode } from './host-code.ts';

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name));

function copiedUnder(umask: number): CodeCopy {
  const before = process.umask(umask);
  try {
    return copyCode(Object.values(ENTRIES));
  } finally {
    process.umask(before);
  }
}

it('copies code with all that it imports, readable for everybody whatever the umask', () => {
  const { folder, root, packages } = copiedUnder(0o077);
  for (const path of [dirname(folder), folder, root, ...filesOf(folder)])
    expect([path, statSync(path).mode & 0o005]).toEqual([path, statSync(path).isDirectory() ? 5 : 4]);
  const host = readFileSync(placeOf(folder, ENTRIES.host), 'utf8');
  expect(host).not.toContain('as HostSettings');
  const files = filesOf(folder);
  expect(files.some((file) => file.endsWith('host-worker.js'))).toBe(true);
  expect(files.some((file) => file.endsWith('detector.wit'))).toBe(true);
  expect(files.filter((file) => file.endsWith('.ts'))).toEqual([]);
  expect(packages.map((path) => path.split('/node_modules/')[1])).toEqual(
    expect.arrayContaining(['assemblyscript', 'binaryen', '@bytecodealliance/jco-transpile']),
  );
  for (const entry of ['host', 'validate', 'compile'] as const)
    execFileSync(process.execPath, ['--check', placeOf(folder, ENTRIES[entry])]);
});

it('is made again when any file of it is gone', () => {
  const first = hostCode();
  expect([...first.files].sort()).toEqual(
    filesOf(first.folder)
      .filter((path) => statSync(path).isFile())
      .sort(),
  );
  expect(hostCode()).toBe(first);
  rmSync(placeOf(first.folder, ENTRIES.compile));
  const second = hostCode();
  expect(second.folder).not.toBe(first.folder);
  expect(existsSync(placeOf(second.folder, ENTRIES.compile))).toBe(true);
});

it('tidies away what a killed process has left, and nothing else', () => {
  const space = statSync('/proc/self/ns/pid').ino;
  const [gone, alive, foreign] = [`${space}-99999999-x`, `${space}-1-x`, `1-99999999-x`].map((name) =>
    join(tmpdir(), `picket-code-${name}`),
  );
  const all = [gone, alive, foreign].filter((path) => path !== undefined);
  for (const path of all) mkdirSync(path, { recursive: true });
  copyCode([ENTRIES.host]);
  expect(all.map((path) => existsSync(path))).toEqual([false, true, true]);
  for (const path of all) execFileSync('rm', ['-rf', path]);
});
