import type { ProcessFacts } from './process-facts.ts';

/** What processes there are, from one look at all of them. */
export interface ProcessTable {
  /** Ids of the processes in some cgroups, oldest first, so that parents come before their children. */
  members(cgroups: Iterable<{ readonly id: bigint; readonly path: string }>): number[];
  /**
   * Facts of a process; undefined when it is gone, or when it has run another program since the look: that was an event
   * of its own, which says more.
   */
  read(pid: number): ProcessFacts | undefined;
}
