import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files of the project below `root`, relative, sorted: what git tracks or would track. Built, installed and
 * generated folders are left out by .gitignore.
 */
export function projectFiles(root: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  // A file that was deleted and not yet committed is still listed.
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(join(root, file))).sort();
}

export const isGenerated = (file: string) => /\.gen\.[^/]+$/.test(file);

/** Tests, and what only tests use: files in a folder `testing`, and files named `test-…`. */
export const isTest = (file: string) => /\.test\.tsx?$|(^|\/)(testing|test-support)\/|(^|\/)test-[^/]+\.ts$/.test(file);
