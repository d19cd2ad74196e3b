import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalPaths } from './local-path.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-local-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes paths on local file systems, whether the last name is there or not', () => {
  const local = new LocalPaths();
  expect(local.has(`${folder}/`)).toBe(true);
  expect(local.has(join(folder, 'state.json'))).toBe(true);
  expect(local.has('/run/')).toBe(true);
});

it('takes none with a link, a folder that is missing, or a way back in it', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  const local = new LocalPaths();
  expect(local.has(join(folder, 'real/file'))).toBe(true);
  expect(local.has(join(folder, 'link/file'))).toBe(false);
  expect(local.has(join(folder, 'none/file'))).toBe(false);
  expect(local.has(`${folder}/real/../real/file`)).toBe(false);
  expect(local.has('relative/file')).toBe(false);
});

it('takes none on a file system that may have to ask somebody', () => {
  expect(new LocalPaths().has('/proc/self/status')).toBe(false);
  const mount = join(folder, 'with space');
  mkdirSync(mount);
  execFileSync('mount', ['-t', 'proc', 'proc', mount]);
  try {
    expect(new LocalPaths().has(join(mount, 'status'))).toBe(false);
  } finally {
    execFileSync('umount', [mount]);
  }
});
