import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import { ROOT, readConfig } from '../config.ts';

/** One of the commands, run as npm runs it but without npm, on a data folder of the test. */
export class CommandProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  /** @param file the command, below the root */
  constructor(data: string, file: string, ...args: string[]) {
    const settings = { PICKET_DATA: data, PICKET_LISTEN: '127.0.0.1:0', PICKET_NODE: 'test-node' };
    this.#child = spawn(process.execPath, [resolve(ROOT, file), ...args], {
      env: { ...readConfig().environment, ...settings, XDG_CONFIG_HOME: data },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#closed = once(this.#child, 'close');
    for (const name of ['stdout', 'stderr'] as const)
      this.#child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
      });
  }

  /** Waits until it has printed what matches, to either output. An early end shows in the failure. */
  async printed(pattern: RegExp): Promise<void> {
    const end = () => (this.#child.exitCode === null ? '' : `\nended with code ${this.#child.exitCode}`);
    await expect.poll(() => this.stdout + this.stderr + end(), { timeout: 60_000 }).toMatch(pattern);
  }

  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode();
  }
}

/** Waits until `npm start` is ready; answers the address of the API. */
export async function started(start: CommandProcess): Promise<string> {
  await start.printed(/Console {2}http/);
  return /Console {2}(\S+)/.exec(start.stdout)?.[1] ?? '';
}
