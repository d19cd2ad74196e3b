import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bundle, makeBundle } from './container/bundle.ts';
import { cgroupIdOf, cgroupPathOf, removeCgroup } from './container/cgroup.ts';
import { mustRun, onTerminal, type ProgramResult, runProgram, startOnTerminal } from './container/run-program.ts';

/** A bind mount or other mount of the container, as in config.json. */
export interface ContainerMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface ContainerOptions {
  /** Name of the container and its host name. */
  readonly name: string;
  /** Image reference it claims. */
  readonly image?: string;
  /** Folders that its root file system lies on, the uppermost first; our one image when left out. */
  readonly layers?: readonly string[];
  /** Path of the network namespace it joins; one of its own when left out. */
  readonly network?: string;
  /** Most CPU time it gets, in percent of one CPU. */
  readonly cpuPercent?: number;
  readonly args: readonly string[];
  /** Gives the entrypoint a terminal. */
  readonly tty?: boolean;
  /** NAME=value. */
  readonly env?: readonly string[];
  /** Granted besides the default ones, with their CAP_ prefix. */
  readonly capabilities?: readonly string[];
  readonly mounts?: readonly ContainerMount[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ExecOptions {
  /** UID:GID; root when left out. */
  readonly user?: string;
  readonly tty?: boolean;
  /** NAME=value. */
  readonly env?: readonly string[];
  readonly cwd?: string;
  /** What it reads on stdin. */
  readonly input?: string;
}

/** A running container of runc, with an image of ours. */
export interface TestContainer {
  readonly id: string;
  /** Entrypoint process in the host namespace. */
  readonly pid: number;
  readonly cgroupPath: string;
  readonly cgroupId: bigint;
  /** Its root file system as the host sees it. */
  readonly rootfs: string;
  /** Runs a program in it to its end. With a terminal both outputs arrive in stdout. */
  exec(args: readonly string[], options?: ExecOptions): Promise<ProgramResult>;
  /** Gives its loopback interface another address, so that connections to it are answered or refused at once. */
  addAddress(address: string): Promise<void>;
  /** What the entrypoint has printed; empty with a terminal. */
  output(): string;
  /** Ends all its processes with SIGKILL and waits for that. */
  kill(): Promise<void>;
  /** Whether its entrypoint has ended. */
  ended(): Promise<boolean>;
  /** Ends it as engines do: SIGTERM to the entrypoint, SIGKILL to what is left after `seconds`. */
  stop(seconds: number): Promise<void>;
  /** Ends it and removes every trace: runtime state, cgroups, mounts, files. Harmless when done twice. */
  remove(): Promise<void>;
}

/**
 * Starts a real container with runc, in the default state folder, where discovery looks for it.
 * Needs root, runc, a static busybox and gcc.
 * @throws Error with what runc said; nothing is left behind
 */
export async function startContainer(options: ContainerOptions): Promise<TestContainer> {
  const id = `picket-${randomBytes(6).toString('hex')}`;
  const bundle = await makeBundle(id, options);
  try {
    const pid = await (options.tty ? runOnTerminal(id, bundle) : runDetached(id, bundle));
    const cgroupPath = cgroupPathOf(pid);
    return new RuncContainer(id, pid, cgroupPath, bundle);
  } catch (cause) {
    await removeContainer(id, bundle);
    throw new Error(`container ${id} could not be started: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

async function runDetached(id: string, bundle: Bundle): Promise<number> {
  // A pipe would be held open by the container and never end: its output goes to a file.
  const output = openSync(join(bundle.folder, 'output'), 'w');
  const args = ['run', '--detach', '--bundle', bundle.folder, '--pid-file', join(bundle.folder, 'pid'), id];
  const child = spawn('runc', args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const [code] = await once(child, 'close');
  const said = readFileSync(join(bundle.folder, 'output'), 'utf8');
  if (code !== 0) throw new Error(`runc run ended with code ${code}: ${said}`);
  return Number(readFileSync(join(bundle.folder, 'pid'), 'utf8'));
}

/** With a terminal runc stays in the foreground, on a terminal that script(1) makes. */
async function runOnTerminal(id: string, bundle: Bundle): Promise<number> {
  const pidFile = join(bundle.folder, 'pid');
  const child = startOnTerminal('runc', ['run', '--bundle', bundle.folder, '--pid-file', pidFile, id]);
  for (let tries = 0; tries < 500 && child.exitCode === null; tries++) {
    const state = await runProgram('runc', ['state', id]);
    if (state.code === 0 && JSON.parse(state.stdout).status === 'running') return JSON.parse(state.stdout).pid;
    await wait(20);
  }
  child.kill('SIGKILL');
  throw new Error(`runc run ended with code ${child.exitCode} or did not get the container running`);
}

/** Removes what there is of a container, in an order that always makes progress. */
async function removeContainer(id: string, bundle: Bundle): Promise<void> {
  await runProgram('runc', ['delete', '--force', id]);
  removeCgroup(`/${id}`);
  await bundle.remove();
}

/** Does the same at the end of this process, when no promise can be awaited any more. */
function removeAtExit(id: string, bundle: Bundle): void {
  spawnSync('runc', ['delete', '--force', id]);
  spawnSync('umount', [bundle.rootfs]);
  rmSync(bundle.folder, { recursive: true, force: true });
}

class RuncContainer implements TestContainer {
  readonly id: string;
  readonly pid: number;
  readonly cgroupPath: string;
  readonly cgroupId: bigint;
  readonly rootfs: string;
  readonly #bundle: Bundle;
  /** A test or demo that is cut short must not leave its container behind. */
  readonly #lastResort: () => void;

  constructor(id: string, pid: number, cgroupPath: string, bundle: Bundle) {
    this.id = id;
    this.pid = pid;
    this.cgroupPath = cgroupPath;
    this.cgroupId = cgroupIdOf(cgroupPath);
    this.rootfs = bundle.rootfs;
    this.#bundle = bundle;
    this.#lastResort = () => removeAtExit(id, bundle);
    process.once('exit', this.#lastResort);
  }

  exec(args: readonly string[], options: ExecOptions = {}): Promise<ProgramResult> {
    const command = [
      'exec',
      ...(options.tty ? ['--tty'] : []),
      ...(options.user === undefined ? [] : ['--user', options.user]),
      ...(options.cwd === undefined ? [] : ['--cwd', options.cwd]),
      ...(options.env ?? []).flatMap((entry) => ['--env', entry]),
      this.id,
      ...args,
    ];
    if (options.tty) return runProgram('script', onTerminal('runc', command), options.input);
    return runProgram('runc', command, options.input);
  }

  async addAddress(address: string): Promise<void> {
    const width = address.includes(':') ? 128 : 32;
    const ip = ['/bin/busybox', 'ip', 'addr', 'add', `${address}/${width}`, 'dev', 'lo'];
    await mustRun('nsenter', ['--target', String(this.pid), '--net', ...ip]);
  }

  output(): string {
    return readFileSync(join(this.#bundle.folder, 'output'), 'utf8');
  }

  async kill(): Promise<void> {
    const told = await runProgram('runc', ['kill', this.id, 'KILL']);
    // it may have ended by itself right before
    if (told.code !== 0 && !(await this.ended()))
      throw new Error(`container ${this.id} can not be killed: ${told.stderr}`);
    for (let tries = 0; tries < 500; tries++) {
      if (await this.ended()) return;
      await wait(10);
    }
    throw new Error(`container ${this.id} did not end`);
  }

  async ended(): Promise<boolean> {
    const { stdout } = await runProgram('runc', ['state', this.id]);
    return stdout === '' || JSON.parse(stdout).status === 'stopped';
  }

  async stop(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    await runProgram('runc', ['kill', this.id, 'TERM']);
    while (!(await this.ended())) {
      if (performance.now() > until) return await this.kill();
      await wait(100);
    }
  }

  async remove(): Promise<void> {
    await removeContainer(this.id, this.#bundle);
    process.removeListener('exit', this.#lastResort);
  }
}
