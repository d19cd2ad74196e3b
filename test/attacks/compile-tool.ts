import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUTPUT = fileURLToPath(new URL('../../build/attacks/', import.meta.url));

/** The program that stands for others. Answers its path. */
export const compileTool = (): string => compile('programs/tool.c');

/** The program that makes system calls by number. Answers its path. */
export const compileCalls = (): string => compile('../../agent/src/source/testing/notable-calls.c');

/** Compiles a source statically when it is newer than its program. */
function compile(path: string): string {
  const source = fileURLToPath(new URL(path, import.meta.url));
  const output = join(OUTPUT, basename(source, '.c'));
  const [made = 0, changed = 0] = [output, source].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs);
  if (made > changed) return output;
  mkdirSync(dirname(output), { recursive: true });
  execFileSync('gcc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', source, '-o', output]);
  return output;
}
