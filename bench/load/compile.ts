import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A load generator, compiled statically when its source is newer than the program.
 * @param name of its source in this folder, without `.c`
 * @returns the path of the program
 * @throws Error with what gcc said
 */
export function compileLoad(name = 'load'): string {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const output = fileURLToPath(new URL(`../../build/bench/${name}`, import.meta.url));
  if (modified(output) > modified(source)) return output;
  mkdirSync(fileURLToPath(new URL('../../build/bench', import.meta.url)), { recursive: true });
  const { status, stderr, error } = spawnSync(
    'gcc',
    ['-O2', '-static', '-Wall', '-Wextra', '-Werror', '-o', output, source],
    { encoding: 'utf8' },
  );
  if (error || status !== 0) throw new Error(`${name}.c does not compile: ${error?.message ?? stderr}`);
  return output;
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
