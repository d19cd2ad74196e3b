import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupId } from '@picket/native';
import { findCgroupMounts } from '../../agent/src/containers/cgroup-root.ts';

/** An empty cgroup that stands for a container. */
export interface KnownCgroup {
  readonly path: string;
  readonly id: bigint;
  /** Its folder, open: how user space names it to cgroup storage. */
  readonly fd: number;
  /** From 1. */
  readonly slot: number;
}

/** Real cgroups, as many as asked for: their ids fall into the kernel's tables as those of containers do. */
export class KnownCgroups {
  readonly all: KnownCgroup[] = [];
  readonly #folder = `${findCgroupMounts().root}/picket-maps-${process.pid}`;

  constructor() {
    mkdirSync(this.#folder);
  }

  /** Makes more of them until there are `count`. @returns the new ones */
  grow(count: number): KnownCgroup[] {
    const before = this.all.length;
    for (let slot = before + 1; slot <= count; slot++) {
      const path = `${this.#folder}/${slot}`;
      mkdirSync(path);
      this.all.push({ path, id: cgroupId(path), fd: openSync(path, 'r'), slot });
    }
    return this.all.slice(before);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { path, fd } of this.all) {
      closeSync(fd);
      // processes that have ended leave a moment later
      for (let tries = 0; tries < 100 && readFileSync(`${path}/cgroup.procs`, 'utf8') !== ''; tries++) await sleep(10);
      rmdirSync(path);
    }
    rmdirSync(this.#folder);
  }
}
