import { type Log, messageOf } from '@picket/sdk';
import { ProcessScan, type ProcessScanDeps } from './process-scan.ts';
import type { Container } from './registry.ts';

/** Least time between two looks, in ms: containers are found one by one, and a look is at all processes. */
const PAUSE_MS = 20;

/** Tells of the processes of containers that had some before they were found, many containers with one look. */
export class LateProcesses {
  readonly #deps: ProcessScanDeps & { readonly log: Log };
  readonly #waiting = new Set<Container>();
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(deps: ProcessScanDeps & { readonly log: Log }) {
    this.#deps = deps;
  }

  /** To be called when the kernel traces the container already: what starts after the look is an event. */
  add(container: Container): void {
    this.#waiting.add(container);
    this.#timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** Tells of all that wait now; resolves when that is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#telling = this.#telling.then(() => this.#tell());
    return this.#telling;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  async #tell(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const containers = [...this.#waiting];
    this.#waiting.clear();
    try {
      const scan = new ProcessScan(this.#deps);
      for (const container of containers) await scan.container(container);
    } catch (error) {
      const why = messageOf(error);
      this.#deps.log.error('processes of late containers could not be listed: the next snapshot tells of them', {
        why,
      });
    }
  }
}
