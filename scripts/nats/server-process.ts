import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '@picket/sdk';
import { NatsServerError } from './errors.ts';

/** How the server process ended. */
export interface NatsExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Last lines of its stderr. */
  readonly stderr: string;
}

const TAIL_LINES = 40;
const STOP_MS = 10_000;
/** Debian keeps servers in /usr/sbin, which is not on the path of ordinary users. */
const PLACES = ['nats-server', '/usr/sbin/nats-server', '/usr/local/sbin/nats-server'];

/** One run of nats-server. */
export class ServerProcess {
  readonly pid: number;
  readonly exited: Promise<NatsExit>;
  #child: ChildProcess;
  #tail: string[] = [];
  #ended: NatsExit | undefined;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.#tail = [...this.#tail, ...lines].slice(-TAIL_LINES);
    });
    // 'close' comes after the last of stderr, 'exit' may come before it.
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#ended = { code, signal, stderr: [...this.#tail, rest].join('\n').trim() };
        resolve(this.#ended);
      });
    });
  }

  /** Set once the process has ended. */
  get ended(): NatsExit | undefined {
    return this.#ended;
  }

  /**
   * Starts nats-server in a session of its own, so that Ctrl-C in the terminal does not end it before those that
   * still publish.
   * @throws NatsServerError NATS_MISSING when it is not installed
   */
  static async spawn(configFile: string, places: readonly string[] = PLACES): Promise<ServerProcess> {
    let missing: unknown;
    for (const program of places) {
      try {
        return await ServerProcess.#spawnFrom(program, configFile);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw startFailed(error);
        missing = error;
      }
    }
    throw startFailed(missing);
  }

  static #spawnFrom(program: string, configFile: string): Promise<ServerProcess> {
    const child = spawn(program, ['--config', configFile], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(new ServerProcess(child, child.pid as number)));
    });
  }

  /** Asks it to end with SIGTERM, and makes it end with SIGKILL after 10 s. */
  async stop(): Promise<NatsExit> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    return this.exited.finally(() => clearTimeout(timer));
  }

  /** Ends it with SIGKILL, as a crash would. */
  async kill(): Promise<NatsExit> {
    this.#child.kill('SIGKILL');
    return this.exited;
  }
}

function startFailed(cause: unknown): NatsServerError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
    return new NatsServerError(
      'NATS_MISSING',
      'nats-server is not installed: install the Debian package nats-server (apt-get install nats-server), or set NATS_URL to a server that runs',
      { cause },
    );
  return new NatsServerError('NATS_EXITED', `nats-server could not be started: ${messageOf(cause)}`, { cause });
}
