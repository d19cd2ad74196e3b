import type { RecordSink } from '../stages/record-sink.ts';
import { letOthersRun } from '../stages/yield.ts';
import { cgroupProcesses, walkCgroups } from './cgroup-tree.ts';
import { readProcess, readStat } from './process-facts.ts';
import { processRecord } from './process-record.ts';
import type { Container, ContainerRegistry } from './registry.ts';

/** Processes read before others get a turn: about 5 ms. */
const A_TURN = 64;
/** Ancestors on the host that are told of: shim, runtime, init and what may lie between. */
const MOST_ANCESTORS = 8;

export interface ProcessScanDeps {
  readonly root: string;
  readonly registry: ContainerRegistry;
  readonly sink: RecordSink;
  /** CLOCK_BOOTTIME in ns. */
  readonly now: () => bigint;
}

/**
 * Writes what processes there are. A process is read and its record written without a pause, so that a later exec of
 * it comes later in the stream too. One object makes one pass: each host ancestor is written once.
 */
export class ProcessScan {
  /** Records written. */
  count = 0;
  readonly #deps: ProcessScanDeps;
  readonly #hosts = new Set<string>();

  constructor(deps: ProcessScanDeps) {
    this.#deps = deps;
  }

  /** Processes of one container, oldest first so that parents come before children, and their ancestors on the host. */
  async container(container: Container): Promise<void> {
    const members = new Set(this.#members(container));
    const ordered = [...members].map((pid) => ({ pid, ticks: readStat(pid)?.ticks ?? 0 }));
    ordered.sort((a, b) => a.ticks - b.ticks || a.pid - b.pid);
    for (const [i, { pid }] of ordered.entries()) {
      if (i > 0 && i % A_TURN === 0) await letOthersRun();
      if (!this.#deps.registry.lives(container)) return;
      this.#member(pid, members, container);
    }
  }

  #members(container: Container): number[] {
    const { root } = this.#deps;
    const below = [...walkCgroups(root, container.path)].map((cgroup) => cgroup.path);
    return [container.path, ...below].flatMap((path) => cgroupProcesses(root, path));
  }

  #member(pid: number, members: ReadonlySet<number>, container: Container): void {
    const process = readProcess(pid);
    if (!process) return;
    if (!members.has(process.ppid)) this.#host(process.ppid, MOST_ANCESTORS);
    this.#write(processRecord(process, readStat(process.ppid), container, this.#deps.now()));
  }

  /** Writes a process of the host behind its own ancestors. */
  #host(pid: number, depth: number): void {
    const process = pid > 0 && depth > 0 ? readProcess(pid) : undefined;
    const key = `${pid}.${process?.ticks}`;
    if (!process || this.#hosts.has(key)) return;
    this.#hosts.add(key);
    this.#host(process.ppid, depth - 1);
    this.#write(processRecord(process, readStat(process.ppid), undefined, this.#deps.now()));
  }

  #write(record: Uint8Array): void {
    this.#deps.sink.append(record);
    this.count++;
  }
}
