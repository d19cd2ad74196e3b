import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * One hash over the names and contents of files and over `also` (commands, versions): equal when a build
 * from them would give the same. Contents and not times decide, so a fresh clone and a switch of branches are safe.
 * @param patterns globs below `root`
 */
export function fingerprint(root: string, patterns: readonly string[], also: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const text of also) hash.update(`${text}\0`);
  const files = globSync(patterns, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const path of paths) {
    const bytes = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Whether `output` is there and was made from what `print` stands for. */
export function isFresh(output: string, stamp: string, print: string): boolean {
  return existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print;
}

/** Remembers what an output was made from. Write it after the output is whole. */
export function writeStamp(stamp: string, print: string): void {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
}
