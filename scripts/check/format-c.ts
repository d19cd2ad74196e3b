import { runProgram } from '../command.ts';
import { ROOT } from '../config.ts';
import { isGenerated, projectFiles } from './source-files.ts';

const SOURCE = /^(bpf|native)\/.*\.(c|cc|h)$/;

/**
 * Checks the format of the C and C++ sources, or with `write` mends it.
 * @returns what is wrong; empty when nothing is
 * @throws ScriptError COMMAND_FAILED when clang-format is missing
 */
export async function formatC(write: boolean): Promise<string> {
  const files = projectFiles(ROOT).filter((file) => SOURCE.test(file) && !isGenerated(file));
  if (files.length === 0) return '';
  const { code, output } = await runProgram('clang-format', [...(write ? ['-i'] : ['--dry-run', '-Werror']), ...files]);
  return code === 0 ? '' : output;
}
