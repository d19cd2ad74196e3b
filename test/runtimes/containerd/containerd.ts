import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../support/container/run-program.ts';
import { makeImageTar, type OciImage } from '../../support/oci-image.ts';
import { waitFor } from '../../support/wait-for.ts';
import { CriCalls } from './cri-calls.ts';
import { Pod, type PodOptions } from './pod.ts';

const PAUSE_IMAGE = 'registry.example/picket/pause:1';

/** A real containerd in a folder of its own, with one image of ours. */
export class Containerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'picket-containerd-'));
  readonly socket = join(this.folder, 'c.sock');
  /** Pattern of the folders where its runc keeps states. */
  readonly runtimeRoot = join(this.folder, 'runc', '*');
  readonly image: OciImage;
  readonly #pods: Pod[] = [];
  #child: ChildProcess | undefined;
  #calls: CriCalls | undefined;
  readonly #lastResort = () => this.#removeRests();

  private constructor(reference: string) {
    this.image = makeImageTar(join(this.folder, 'image.tar'), reference);
    makeImageTar(join(this.folder, 'pause.tar'), PAUSE_IMAGE, { command: ['sleep', '1000000'] });
    for (const name of ['cni', 'opt']) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, 'config.toml'), this.#config());
    process.once('exit', this.#lastResort);
  }

  /** @param reference name and tag of the image */
  static async open(reference: string): Promise<Containerd> {
    const containerd = new Containerd(reference);
    try {
      await containerd.start();
      for (const name of ['image', 'pause'])
        await mustRun('ctr', [
          ...['--address', containerd.socket, '--namespace', 'k8s.io', 'images', 'import'],
          join(containerd.folder, `${name}.tar`),
        ]);
      return containerd;
    } catch (error) {
      const said = readFileSync(join(containerd.folder, 'log'), 'utf8').split('\n').slice(-10).join('\n');
      await containerd.close();
      throw new Error(`containerd can not be used: ${error}\n${said}`, { cause: error });
    }
  }

  get calls(): CriCalls {
    if (!this.#calls) throw new Error('containerd does not run');
    return this.#calls;
  }

  async start(): Promise<void> {
    const log = openSync(join(this.folder, 'log'), 'a');
    const config = ['--config', join(this.folder, 'config.toml')];
    this.#child = spawn('containerd', config, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#calls = new CriCalls(this.socket);
    await waitFor('containerd', () =>
      this.calls.call('Version', {}).then(
        () => true,
        () => undefined,
      ),
    );
  }

  /** Ends it; its containers go on. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#calls?.close();
    this.#calls = undefined;
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, 'close');
  }

  /** Runs a pod with one container of the image. */
  async pod(options: PodOptions): Promise<Pod> {
    const pod = new Pod(() => this.calls, options, this.image.reference, join(this.folder, 'logs'));
    this.#pods.push(pod);
    await pod.start();
    return pod;
  }

  /** Removes every trace. Harmless when done twice. */
  async close(): Promise<void> {
    if (this.#calls) for (const pod of this.#pods.splice(0)) await pod.remove().catch(() => undefined);
    await this.stop();
    this.#removeRests();
    process.removeListener('exit', this.#lastResort);
  }

  /** What is left when it did not end in order: its processes, its mounts, its cgroups, its files. */
  #removeRests(): void {
    this.#child?.kill('SIGKILL');
    for (const pid of this.#shims()) killAll(pid);
    for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n').reverse()) {
      const point = line.split(' ')[4] ?? '';
      if (point.startsWith(`${this.folder}/`)) spawnSync('umount', ['--lazy', point]);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Shims are told which containerd they belong to. */
  #shims(): number[] {
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return line[0]?.endsWith('containerd-shim-runc-v2') && line.includes(this.socket) ? [Number(name)] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  }

  #config(): string {
    const cri = 'plugins."io.containerd.grpc.v1.cri"';
    return `version = 2
root = "${this.folder}/root"
state = "${this.folder}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "${this.socket}"
[${cri}]
  restrict_oom_score_adj = true
  sandbox_image = "${PAUSE_IMAGE}"
  [${cri}.cni]
    bin_dir = "${this.folder}/cni"
    conf_dir = "${this.folder}/cni"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [${cri}.containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "${this.folder}/runc"
[plugins."io.containerd.internal.v1.opt"]
  path = "${this.folder}/opt"
`;
  }
}

/** Ends a shim and the first process of each of its containers, which takes the rest of them along. */
function killAll(shim: number): void {
  const children = spawnSync('ps', ['--ppid', String(shim), '-o', 'pid='], { encoding: 'utf8' }).stdout.trim();
  for (const pid of [...children.split(/\s+/).map(Number), shim]) {
    try {
      if (pid > 0) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

/** Whether containerd is installed. */
export function hasContainerd(): boolean {
  try {
    execFileSync('containerd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
