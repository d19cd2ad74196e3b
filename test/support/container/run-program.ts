import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, feeds it `input`, and collects what it prints. */
export async function runProgram(program: string, args: readonly string[], input = ''): Promise<ProgramResult> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  // A program that does not read its input closes it early; its exit code tells how it went.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : 1, ...printed };
}

/** @throws Error with what the program said when it fails */
export async function mustRun(program: string, args: readonly string[]): Promise<ProgramResult> {
  const result = await runProgram(program, args);
  if (result.code === 0) return result;
  throw new Error(`${program} ${args.join(' ')} ended with code ${result.code}: ${result.stderr || result.stdout}`);
}

/** The arguments for script(1) that give a program a terminal of its own. */
export function onTerminal(program: string, args: readonly string[]): string[] {
  const quoted = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return ['--quiet', '--return', '--flush', '--command', `exec ${quoted.join(' ')}`, '/dev/null'];
}

/** Starts a program on a terminal of its own and leaves it running. */
export function startOnTerminal(program: string, args: readonly string[]): ChildProcess {
  return spawn('script', onTerminal(program, args), { stdio: ['pipe', 'ignore', 'ignore'] });
}
