import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { cgroupId } from '../containers/cgroup-tree.ts';
import { NO_FACTS } from '../containers/container-facts.ts';
import { type Container, ContainerRegistry } from '../containers/registry.ts';
import { until } from './collect.ts';

const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'];
const mounts = findCgroupMounts();

/** A cgroup as a runtime makes one: below v2 and below each v1 controller. */
export class CgroupBox {
  readonly path = `/picket-box-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  readonly folders: string[];

  constructor() {
    const v1 = CONTROLLERS.flatMap((name) => mounts.v1.get(name) ?? []);
    this.folders = [mounts.root, ...new Set(v1)].map((mount) => `${mount}${this.path}`);
    for (const folder of this.folders) mkdirSync(folder);
  }

  /** Starts a shell in the cgroups; it has not run anything yet when this resolves. */
  async shell(): Promise<ChildProcess> {
    const child = spawn('/bin/sh', [], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (const folder of this.folders) writeFileSync(`${folder}/cgroup.procs`, String(child.pid));
    await this.run(child, ':');
    return child;
  }

  /** Runs a command in the shell and gives what it prints. */
  async run(child: ChildProcess, command: string): Promise<string> {
    let text = '';
    const take = (data: Buffer) => {
      text += data;
    };
    child.stdout?.on('data', take);
    child.stdin?.write(`${command}\necho DONE\n`);
    await until(() => text.endsWith('DONE\n'), command);
    child.stdout?.off('data', take);
    return text;
  }

  /** Ends what runs in it and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.folders) {
      if (!existsSync(folder)) continue;
      if (existsSync(`${folder}/cgroup.kill`)) writeFileSync(`${folder}/cgroup.kill`, '1');
      for (let tries = 0; tries < 200 && readFileSync(`${folder}/cgroup.procs`, 'utf8') !== ''; tries++)
        await sleep(10);
      rmdirSync(folder);
    }
  }

  container(registry = new ContainerRegistry(4)): Container {
    const cgroup = cgroupId(mounts.root, this.path) ?? 0n;
    const container = registry.register({ cgroup, path: this.path, facts: NO_FACTS, candidate: false });
    if (!container) throw new Error('no slot');
    return container;
  }
}
