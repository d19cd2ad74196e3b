import { join } from 'node:path';
import { runProgram } from '../command.ts';
import { ROOT } from '../config.ts';
import { ScriptError } from '../errors.ts';
import { fingerprint, isFresh, writeStamp } from './fingerprint.ts';

const CONSOLE = 'control-plane/console';
/** What the pages are made from: their sources, the contract they import, and the versions of all packages. */
const SOURCES = [`${CONSOLE}/*.*`, `${CONSOLE}/{src,public}/**`, 'sdk/src/*.ts', 'package-lock.json'];

/**
 * Builds the pages of the console when their sources have changed.
 * @returns what was done, or undefined when they are up to date
 * @throws ScriptError BUILD_FAILED with what the bundler said
 */
export async function buildConsole(): Promise<string | undefined> {
  const dist = join(ROOT, CONSOLE, 'dist');
  const stamp = join(ROOT, 'build/console.inputs');
  const print = fingerprint(ROOT, SOURCES, [process.version]);
  if (isFresh(join(dist, 'index.html'), stamp, print)) return undefined;
  const { code, output } = await runProgram('npm', ['run', 'build', '--silent', '--workspace', '@picket/console']);
  if (code !== 0) throw new ScriptError('BUILD_FAILED', `the console could not be built:\n${output.trimEnd()}`);
  writeStamp(stamp, print);
  return 'built';
}
