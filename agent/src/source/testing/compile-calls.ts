import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compiles a C program of this folder, statically.
 * @param name without `.c`
 * @returns the folder it was made in, to be removed, and its path
 */
export function compileCalls(name: string): { folder: string; program: string } {
  const folder = mkdtempSync(join(tmpdir(), `picket-${name}-`));
  const program = join(folder, name);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const flags = ['-O1', '-static', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = spawnSync('gcc', [...flags, '-o', program, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc refuses ${name}.c: ${stderr}`);
  return { folder, program };
}
