import { runProgram } from '../command.ts';
import { ScriptError } from '../errors.ts';

/**
 * Compiles the native addon; its own build skips what is up to date.
 * @returns what it printed, or undefined when it had nothing to do
 * @throws ScriptError BUILD_FAILED with what the compiler said
 */
export async function buildNative(): Promise<string | undefined> {
  const { code, output } = await runProgram(process.execPath, ['native/build.ts']);
  if (code !== 0) throw new ScriptError('BUILD_FAILED', `the native addon could not be built:\n${output.trimEnd()}`);
  return output.trim().split('\n').at(-1) || undefined;
}
