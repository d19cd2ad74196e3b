import { cgroupProcesses } from './cgroup-tree.ts';
import { type ProcessFacts, readProcess, readStat } from './process-facts.ts';
import type { ProcessTable } from './process-table.ts';

/** Processes as /proc lists them, read when they are asked for: for kernels and sources without a walk over tasks. */
export class ProcTable implements ProcessTable {
  readonly #root: string;
  readonly #now: () => bigint;

  /**
   * @param root where the cgroup v2 tree is mounted
   * @param now CLOCK_BOOTTIME in ns
   */
  constructor(root: string, now: () => bigint) {
    this.#root = root;
    this.#now = now;
  }

  members(cgroups: Iterable<{ readonly path: string }>): number[] {
    const pids = new Set([...cgroups].flatMap(({ path }) => cgroupProcesses(this.#root, path)));
    const ordered = [...pids].map((pid) => ({ pid, ticks: readStat(pid)?.ticks ?? 0 }));
    return ordered.sort((a, b) => a.ticks - b.ticks || a.pid - b.pid).map(({ pid }) => pid);
  }

  read(pid: number): ProcessFacts | undefined {
    return readProcess(pid, this.#now());
  }
}
