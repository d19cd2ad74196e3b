import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ROOT } from '../config.ts';
import { identityOf } from './process-identity.ts';
import type { Ending, Part, Run } from './service.ts';

/** Longer than the control plane gives itself (15 s), so that its last checkpoint is not cut. */
const STOP_MS = 20_000;

export interface NodePartOptions {
  readonly name: string;
  /** TypeScript file to run, below the root. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Remembers the process, so that the next start can end it when this one is killed: see end-leftover.ts. */
  readonly pidFile: string;
  /** Gets each line that it prints. */
  readonly onLine: (line: string) => void;
}

/**
 * A part that is a Node process of this project. It runs in a session of its own, so that Ctrl-C reaches only
 * `npm start`, which ends the parts in their order.
 */
export class NodePart implements Part {
  readonly name: string;
  readonly #options: NodePartOptions;

  constructor(options: NodePartOptions) {
    this.name = options.name;
    this.#options = options;
  }

  async launch(): Promise<Run> {
    const { file, args = [], environment, pidFile, onLine } = this.#options;
    const child = spawn(process.execPath, [file, ...args], {
      cwd: ROOT,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    await once(child, 'spawn');
    writeFileSync(pidFile, JSON.stringify(identityOf(child.pid as number) ?? null), { mode: 0o600 });
    return { ended: endingOf(child, pidFile), stop: () => stop(child) };
  }
}

async function endingOf(child: ChildProcess, pidFile: string): Promise<Ending> {
  const [code, signal] = await once(child, 'close');
  rmSync(pidFile, { force: true });
  // What it said was handed on line by line.
  return { how: signal ? `signal ${signal}` : `code ${code}`, said: '' };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await closed;
  clearTimeout(timer);
}
