import { ContainerFlag, type EventCursor, Kind } from '@picket/sdk';
import type { Container, NodeView, Process } from '../../../../types.ts';

/** Kinds of which more than the number is kept. */
const TOLD_BY_NAME: ReadonlySet<number> = new Set<number>([
  ...[Kind.ProcessExec, Kind.FileOpen, Kind.FileModify, Kind.NetConnect, Kind.NetUnix, Kind.SyscallNotable],
]);

/**
 * Tells the acts of a container runtime from those of the container. A runtime moves itself into the cgroup of a container
 * before it enters its name spaces, on a busy machine some calls early: what it does there is nothing that the workload does.
 */
export class RuntimeActs {
  #tgid = -1;
  #start = -1;
  #answer = false;

  /** Whether the process of a record has not entered its container. */
  isRuntime(cursor: EventCursor, view: NodeView, container: Container): boolean {
    const { kind } = cursor;
    if (!TOLD_BY_NAME.has(kind)) return false;
    const { tgid, start } = cursor;
    if (tgid === 0) return false;
    if (kind !== Kind.ProcessExec && tgid === this.#tgid && start === this.#start) return this.#answer;
    this.#answer = isOutside(view.processOf(cursor), container);
    this.#tgid = tgid;
    this.#start = start;
    return this.#answer;
  }

  /** The next record is of another node, or state: nothing that was found out holds. */
  forget(): void {
    this.#tgid = -1;
  }
}

function isOutside(process: Process | undefined, container: Container): boolean {
  if (!process || (container.flags & ContainerFlag.hostPid) !== 0) return false;
  // a process in a name space of its own has another id there
  if (process.vpid !== 0) return process.vpid === process.pid;
  return process.exepath === '' && process.parent === undefined;
}
