import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/nats/free-port.ts';
import { waitFor } from '../support/wait-for.ts';

const BOOTSTRAP = fileURLToPath(new URL('../../scripts/bootstrap.mjs', import.meta.url));

/** `npm start` as npm runs it, on a data folder and a port of the story. */
export class StartCommand {
  readonly api: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  output = '';

  private constructor(child: ChildProcess, api: string) {
    this.api = api;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    // A story that is cut short must not leave a Picket behind.
    const lastResort = () => child.kill('SIGTERM');
    process.once('exit', lastResort);
    void this.#ended.then(() => process.removeListener('exit', lastResort));
  }

  /** @param env settings besides the data folder and the address */
  static async begin(
    data: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<StartCommand> {
    const listen = `127.0.0.1:${await freePort()}`;
    const child = spawn(process.execPath, [BOOTSTRAP, 'start', ...args], {
      env: { ...process.env, ...env, PICKET_DATA: data, PICKET_LISTEN: listen },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new StartCommand(child, `http://${listen}`);
  }

  /** Waits until it has printed something; fails with all its output when it ends before or takes too long. */
  async printed(text: string | RegExp): Promise<void> {
    await waitFor(
      `${text} in the output`,
      () => {
        if (this.output.search(text) >= 0) return true;
        if (this.#child.exitCode === null) return undefined;
        throw new Error(`npm start ended with code ${this.#child.exitCode} and never printed ${text}:\n${this.output}`);
      },
      60,
    );
  }

  /** Exit code, once it has ended by itself. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Ends it as Ctrl-C does. Answers its exit code; harmless when it has ended. */
  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return await this.#ended;
  }

  /** All processes below it: pid and command line. */
  processes(): { pid: number; command: string }[] {
    return descendants(this.#child.pid ?? 0);
  }
}

function descendants(root: number): { pid: number; command: string }[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent, command }];
      } catch (error) {
        // Ended between the listing and the reading.
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
        throw error;
      }
    });
  const below = (parent: number): typeof all =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(root).map(({ pid, command }) => ({ pid, command }));
}
