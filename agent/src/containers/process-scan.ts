import type { RecordSink } from '../stages/record-sink.ts';
import { letOthersRun } from '../stages/yield.ts';
import { walkCgroups } from './cgroup-tree.ts';
import { processRecord } from './process-record.ts';
import type { ProcessTable } from './process-table.ts';
import type { Container, ContainerRegistry } from './registry.ts';

/** Processes read before others get a turn: about 5 ms. */
const A_TURN = 64;
/** Ancestors on the host that are told of: shim, runtime, init and what may lie between. */
const MOST_ANCESTORS = 8;

export interface ProcessScanDeps {
  readonly root: string;
  readonly registry: ContainerRegistry;
  readonly sink: RecordSink;
  /** Looks what processes there are. */
  readonly look: () => ProcessTable;
}

/**
 * Writes what processes there are, from one look at all of them. A record carries the time of the look, so that events
 * after it count for more, wherever in the stream they stand. Each host ancestor is written once.
 */
export class ProcessScan {
  /** Records written. */
  count = 0;
  readonly #deps: ProcessScanDeps;
  readonly #table: ProcessTable;
  readonly #hosts = new Set<number>();

  constructor(deps: ProcessScanDeps) {
    this.#deps = deps;
    this.#table = deps.look();
  }

  /** Processes of one container, oldest first so that parents come before children, and their ancestors on the host. */
  async container(container: Container): Promise<void> {
    const { root, registry } = this.#deps;
    const own = { id: container.cgroup, path: container.path };
    const ordered = this.#table.members([own, ...walkCgroups(root, container.path)]);
    const members = new Set(ordered);
    for (const [i, pid] of ordered.entries()) {
      if (i > 0 && i % A_TURN === 0) await letOthersRun();
      if (!registry.lives(container)) return;
      this.#member(pid, members, container);
    }
  }

  #member(pid: number, members: ReadonlySet<number>, container: Container): void {
    const process = this.#table.read(pid);
    if (!process) return;
    if (!members.has(process.ppid)) this.#host(process.ppid, MOST_ANCESTORS);
    this.#write(processRecord(process, container));
  }

  /** Writes a process of the host behind its own ancestors. */
  #host(pid: number, depth: number): void {
    if (pid === 0 || depth === 0 || this.#hosts.has(pid)) return;
    this.#hosts.add(pid);
    const process = this.#table.read(pid);
    if (!process) return;
    this.#host(process.ppid, depth - 1);
    this.#write(processRecord(process, undefined));
  }

  #write(record: Uint8Array): void {
    this.#deps.sink.append(record);
    this.count++;
  }
}
