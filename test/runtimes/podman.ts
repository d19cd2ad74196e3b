import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, type ProgramResult, runProgram } from '../support/container/run-program.ts';
import { waitFor } from '../support/wait-for.ts';
import { mountHugetlb } from './hugetlb.ts';
import { endAll, namesIn, processesIn, processesOf, removeParent, unmountBelow, untilGone } from './leftovers.ts';

/** The real podman with crun, with all its files in a private folder, with or without its API service. */
export class Podman {
  readonly folder = mkdtempSync(join(tmpdir(), 'picket-podman-'));
  /** Where the service listens while it runs. */
  readonly socket = join(this.folder, 'podman.sock');
  #service: ChildProcess | undefined;
  #unmount: () => Promise<void> = async () => undefined;
  /** A test that is cut short must not leave a service or containers behind. */
  readonly #lastResort = () => this.#endAll();

  static async open(): Promise<Podman> {
    const engine = new Podman();
    process.once('exit', engine.#lastResort);
    writeFileSync(join(engine.folder, 'containers.conf'), confOf(engine.folder));
    engine.#unmount = await mountHugetlb();
    return engine;
  }

  /** Starts the service of the API of Docker. */
  async begin(): Promise<void> {
    const [program = '', ...args] = this.#command(['system', 'service', '--time=0', `unix://${this.socket}`]);
    this.#service = spawn(program, args, { stdio: 'ignore' });
    await waitFor('the service of podman', async () => {
      const { code } = await runProgram('podman', ['--remote', '--url', `unix://${this.socket}`, 'version']);
      return code === 0 ? true : undefined;
    });
  }

  async end(): Promise<void> {
    const child = this.#service;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
    rmSync(this.socket, { force: true });
  }

  /**
   * Runs the command line of podman; answers what it printed.
   * @throws Error with what it said when it fails
   */
  async podman(...args: readonly string[]): Promise<string> {
    const [program = '', ...rest] = this.#command(args);
    return (await mustRun(program, rest)).stdout.trim();
  }

  /** Starts a container in the background; answers its id. */
  async run(...args: readonly string[]): Promise<string> {
    // conmon keeps the output of a detached run open as long as the container lives, so that it is not read from here.
    const file = join(this.folder, 'container-id');
    rmSync(file, { force: true });
    const [program = '', ...rest] = this.#command(['run', '--detach', '--cidfile', file, ...args]);
    const child = spawn(program, rest, { stdio: 'ignore' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`podman run ${args.join(' ')} ended with code ${code}`);
    return readFileSync(file, 'utf8').trim();
  }

  exec(id: string, args: readonly string[]): Promise<ProgramResult> {
    const [program = '', ...rest] = this.#command(['exec', id, ...args]);
    return runProgram(program, rest);
  }

  async close(): Promise<void> {
    const [program = '', ...rest] = this.#command(['rm', '--all', '--force', '--time', '0']);
    await runProgram(program, rest);
    await this.end();
    this.#endAll();
    await untilGone(() => processesOf(this.folder));
    await unmountBelow(this.folder);
    removeParent('/libpod_parent');
    rmSync(this.folder, { recursive: true, force: true });
    await this.#unmount();
    process.removeListener('exit', this.#lastResort);
  }

  #endAll(): void {
    const containers = namesIn(join(this.folder, 'root/overlay-containers'));
    endAll([...processesOf(this.folder), ...containers.flatMap((id) => processesIn(`/libpod_parent/libpod-${id}`))]);
  }

  #command(args: readonly string[]): string[] {
    const places = ['--root', join(this.folder, 'root'), '--runroot', join(this.folder, 'runroot')];
    return ['env', `CONTAINERS_CONF=${join(this.folder, 'containers.conf')}`, 'podman', ...places, ...args];
  }
}

/** No network, and no limits above those of the machine. */
const confOf = (folder: string) => `
[containers]
default_ulimits=["nofile=20000:20000","nproc=4096:4096"]
netns="none"
[engine]
cgroup_manager="cgroupfs"
events_logger="file"
runtime="crun"
tmp_dir="${folder}/tmp"
`;
