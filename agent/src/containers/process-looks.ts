import { type Log, messageOf } from '@picket/sdk';
import type { EventSource } from '../source/types.ts';
import { ProcTable } from './proc-table.ts';
import type { ProcessTable } from './process-table.ts';
import { TaskTable } from './task-table.ts';

export interface ProcessLooksDeps {
  readonly source: Pick<EventSource, 'now' | 'walkTasks'>;
  /** Where the cgroup v2 tree is mounted. */
  readonly root: string;
  readonly log: Log;
}

/** Finds out what processes there are: from the kernel's own walk where the source has one, else from /proc. */
export class ProcessLooks {
  readonly #deps: ProcessLooksDeps;
  #told = false;

  constructor(deps: ProcessLooksDeps) {
    this.#deps = deps;
  }

  look(): ProcessTable {
    const { source, root } = this.#deps;
    return this.#walk() ?? new ProcTable(root, () => source.now());
  }

  #walk(): TaskTable | undefined {
    const { source } = this.#deps;
    try {
      const time = source.now();
      const walked = source.walkTasks?.();
      if (walked) return new TaskTable(walked, time);
      this.#tell('the event source has no walk over tasks');
      return undefined;
    } catch (error) {
      this.#tell(messageOf(error));
      return undefined;
    }
  }

  #tell(why: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#deps.log.warn('processes are listed from /proc: their starts are rounded to 10 ms', { why });
  }
}
