import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupPathOf } from '../../support/container/cgroup.ts';
import type { ProgramResult } from '../../support/container/run-program.ts';
import type { CriCalls } from './cri-calls.ts';

export interface PodOptions {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: {
    readonly name: string;
    readonly args: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** Name spaces of the host: there are no network plugins. */
const HOST_NETWORK = { network: 2, pid: 1, ipc: 0 };
const EXEC_SECONDS = 60;
const CGROUPS = '/sys/fs/cgroup';

/** A pod with one container, as a kubelet runs it: in the cgroup that bears the UID of the pod. */
export class Pod {
  readonly options: PodOptions;
  /** Id of its container. */
  id = '';
  sandboxId = '';
  readonly #calls: () => CriCalls;
  readonly #image: string;
  readonly #logs: string;

  constructor(calls: () => CriCalls, options: PodOptions, image: string, logs: string) {
    this.#calls = calls;
    this.options = options;
    this.#image = image;
    this.#logs = logs;
  }

  get cgroupParent(): string {
    return `/kubepods/besteffort/pod${this.options.uid}`;
  }

  async start(): Promise<void> {
    const { container } = this.options;
    const config = this.#sandboxConfig();
    const calls = this.#calls();
    const sandbox = await calls.call<{ podSandboxId: string }>('RunPodSandbox', { config });
    this.sandboxId = sandbox.podSandboxId;
    const created = await calls.call<{ containerId: string }>('CreateContainer', {
      podSandboxId: this.sandboxId,
      sandboxConfig: config,
      config: {
        metadata: { name: container.name },
        image: { image: this.#image },
        command: container.args,
        labels: container.labels,
        logPath: 'log',
        linux: { securityContext: { namespaceOptions: HOST_NETWORK } },
      },
    });
    this.id = created.containerId;
    await calls.call('StartContainer', { containerId: this.id });
  }

  /** Runs a program in the container to its end. */
  async exec(cmd: readonly string[]): Promise<ProgramResult> {
    const asked = { containerId: this.id, cmd, timeout: EXEC_SECONDS };
    const { stdout, stderr, exitCode } = await this.#calls().call<{ stdout: Buffer; stderr: Buffer; exitCode: number }>(
      'ExecSync',
      asked,
    );
    return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  async remove(): Promise<void> {
    const calls = this.#calls();
    if (this.sandboxId !== '') {
      await calls.call('StopPodSandbox', { podSandboxId: this.sandboxId });
      await calls.call('RemovePodSandbox', { podSandboxId: this.sandboxId });
    }
    this.#removeCgroups();
  }

  /** The folders above those of the containers are made by the runtime for the kubelet, which removes them. */
  #removeCgroups(): void {
    const own = cgroupPathOf(process.pid);
    for (const mount of [CGROUPS, ...readdirSync(CGROUPS).map((name) => join(CGROUPS, name))])
      for (let path = this.cgroupParent; path !== '' && path !== own; path = path.slice(0, path.lastIndexOf('/')))
        removeIfEmpty(join(mount, path));
  }

  #sandboxConfig() {
    const { name, namespace, uid, labels } = this.options;
    return {
      metadata: { name, uid, namespace, attempt: 0 },
      labels,
      logDirectory: join(this.#logs, uid),
      linux: { cgroupParent: this.cgroupParent, securityContext: { namespaceOptions: HOST_NETWORK } },
    };
  }
}

function removeIfEmpty(folder: string): void {
  try {
    if (existsSync(folder)) rmdirSync(folder);
  } catch {
    // Others use the folders above: whoever is the last removes them.
  }
}
