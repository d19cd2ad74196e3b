import { spawn } from 'node:child_process';
import { ROOT } from './config.ts';
import { ScriptError } from './errors.ts';

export interface CommandResult {
  readonly code: number;
  /** stdout and stderr in the order in which they came. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
}

/**
 * Runs a program to its end and collects what it prints. It gets no stdin and no shell reads its arguments.
 * @throws ScriptError COMMAND_FAILED when it can not be started; an exit code is a result, not an error
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
    child.on('error', (cause) =>
      reject(new ScriptError('COMMAND_FAILED', `${program} could not be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(pieces).toString() }));
  });
}
