import { join } from 'node:path';
import { runProgram } from '../command.ts';
import { ROOT } from '../config.ts';
import { isGenerated, projectFiles } from './source-files.ts';

/** Biome could format documents and YAML too; those are written by hand or made by the generator. */
const SOURCE = /\.(ts|tsx|mjs|js|json|css)$/;

/**
 * Checks lint rules and format of the TypeScript and what belongs to it, or with `write` mends what can be mended.
 * @returns what is wrong; empty when nothing is
 */
export async function checkBiome(write: boolean): Promise<string> {
  const files = projectFiles(ROOT).filter((file) => SOURCE.test(file) && !isGenerated(file));
  const options = ['check', '--colors=off', '--max-diagnostics=100', '--no-errors-on-unmatched', '--error-on-warnings'];
  const program = join(ROOT, 'node_modules/.bin/biome');
  const { code, output } = await runProgram(program, [...options, ...(write ? ['--write'] : []), ...files]);
  return code === 0 ? '' : output;
}
