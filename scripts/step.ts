import { messageOf } from '@picket/sdk';
import { ScriptError } from './errors.ts';

const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

/**
 * Does one piece of work and prints one line about it on stderr: what, the outcome, how long it took.
 * @param work answers what to print behind the name, or nothing to print no line (there was nothing to do)
 */
export async function step(name: string, work: () => Promise<string | undefined> | string | undefined): Promise<void> {
  const from = performance.now();
  const outcome = await work();
  if (outcome !== undefined) process.stderr.write(`${name}: ${outcome} (${seconds(from)})\n`);
}

/** Runs the main function of a command: an error is one sentence and exit code 1, or 2 when the words are wrong. */
export async function runCommand(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = error instanceof ScriptError && error.code === 'USAGE' ? 2 : 1;
  }
}
