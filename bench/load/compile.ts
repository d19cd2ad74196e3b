import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('load.c', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../build/bench/load', import.meta.url));

/**
 * The load generator, compiled statically when its source is newer than the program.
 * @returns the path of the program
 * @throws Error with what gcc said
 */
export function compileLoad(): string {
  if (modified(OUTPUT) > modified(SOURCE)) return OUTPUT;
  mkdirSync(fileURLToPath(new URL('../../build/bench', import.meta.url)), { recursive: true });
  const { status, stderr, error } = spawnSync(
    'gcc',
    ['-O2', '-static', '-Wall', '-Wextra', '-Werror', '-o', OUTPUT, SOURCE],
    { encoding: 'utf8' },
  );
  if (error || status !== 0) throw new Error(`the load generator does not compile: ${error?.message ?? stderr}`);
  return OUTPUT;
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
