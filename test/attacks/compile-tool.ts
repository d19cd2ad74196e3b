import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('programs/tool.c', import.meta.url));
const OUTPUT = fileURLToPath(new URL('../../build/attacks/tool', import.meta.url));

/** The program that stands for others, compiled statically when its source is newer. Answers its path. */
export function compileTool(): string {
  const [made = 0, changed = 0] = [OUTPUT, SOURCE].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  if (made > changed) return OUTPUT;
  mkdirSync(dirname(OUTPUT), { recursive: true });
  execFileSync('gcc', ['-static', '-O1', '-Wall', '-Wextra', '-Werror', SOURCE, '-o', OUTPUT]);
  return OUTPUT;
}
