import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, type ProgramResult, runProgram } from '../support/container/run-program.ts';
import { waitFor } from '../support/wait-for.ts';
import { endAll, namesIn, processesIn, processesOf, removeParent, unmountBelow, untilGone } from './leftovers.ts';

/** A real dockerd with everything it has in a private folder. Its containers have no network but loopback. */
export class Dockerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'picket-docker-'));
  readonly socket = join(this.folder, 'docker.sock');
  /** Where its runc keeps the states of containers. */
  readonly states = join(this.folder, 'exec/runtime-runc/*');
  #process: ChildProcess | undefined;
  #log = '';
  /** A test that is cut short must not leave an engine or containers behind. */
  readonly #lastResort = () => this.#endAll();

  static async start(): Promise<Dockerd> {
    const engine = new Dockerd();
    writeFileSync(join(engine.folder, 'daemon.json'), '{}');
    process.once('exit', engine.#lastResort);
    try {
      await engine.begin();
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** Starts the engine, again after `end`; its containers live on in between. */
  async begin(): Promise<void> {
    const in_ = (name: string) => join(this.folder, name);
    const places = [`--data-root=${in_('data')}`, `--exec-root=${in_('exec')}`, `--pidfile=${in_('pid')}`];
    const network = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
    const limits = ['--oom-score-adjust=0', '--default-ulimit', 'nofile=20000:20000'];
    const args = [`--config-file=${in_('daemon.json')}`, `--host=unix://${this.socket}`, '--live-restore'];
    this.#process = spawn('dockerd', [...args, ...places, ...network, ...limits], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (data) => {
        this.#log = `${this.#log}${data}`.slice(-10_000);
      });
    await waitFor('dockerd', async () => {
      if (this.#process?.exitCode !== null) throw new Error(`dockerd ended:\n${this.#log}`);
      return (await this.#docker(['version'])).code === 0 ? true : undefined;
    });
  }

  async end(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }

  /**
   * Runs the command line of Docker; answers what it printed.
   * @throws Error with what it said when it fails
   */
  async docker(...args: readonly string[]): Promise<string> {
    return (await mustRun('docker', ['--host', `unix://${this.socket}`, ...args])).stdout.trim();
  }

  /** Starts a container in the background; answers its id. */
  run(...args: readonly string[]): Promise<string> {
    return this.docker('run', '--detach', '--network', 'none', ...args);
  }

  exec(id: string, args: readonly string[]): Promise<ProgramResult> {
    return this.#docker(['exec', id, ...args]);
  }

  async close(): Promise<void> {
    const ids = (await this.#docker(['ps', '--all', '--quiet'])).stdout.split('\n').filter(Boolean);
    if (ids.length > 0) await this.#docker(['rm', '--force', ...ids]);
    await this.end();
    this.#endAll();
    await untilGone(() => processesOf(this.folder));
    await unmountBelow(this.folder);
    removeParent('/docker');
    rmSync(this.folder, { recursive: true, force: true });
    process.removeListener('exit', this.#lastResort);
  }

  #endAll(): void {
    const containers = namesIn(join(this.folder, 'data/containers'));
    endAll([...processesOf(this.folder), ...containers.flatMap((id) => processesIn(`/docker/${id}`))]);
  }

  #docker(args: readonly string[]): Promise<ProgramResult> {
    return runProgram('docker', ['--host', `unix://${this.socket}`, ...args]);
  }
}
