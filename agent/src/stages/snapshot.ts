import { HeaderFlag, Kind } from '@picket/sdk';
import { containerRecord } from '../containers/container-record.ts';
import { ProcessScan, type ProcessScanDeps } from '../containers/process-scan.ts';
import { letOthersRun } from './yield.ts';

export interface SnapshotResult {
  readonly containers: number;
  readonly processes: number;
}

export interface SnapshotDeps extends ProcessScanDeps {
  /** CLOCK_BOOTTIME in ns. */
  readonly now: () => bigint;
  /** Called when all containers have been stated, for what else belongs there. */
  readonly onStated?: () => void;
}

/** States every container and its processes again, so that a reader can begin anywhere in the stream. */
export class Snapshot {
  readonly #deps: SnapshotDeps;
  #running: Promise<SnapshotResult> | undefined;

  constructor(deps: SnapshotDeps) {
    this.#deps = deps;
  }

  /** Takes one; who asks while one is under way gets that. */
  take(): Promise<SnapshotResult> {
    this.#running ??= this.#take().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #take(): Promise<SnapshotResult> {
    const { registry, sink, now, onStated } = this.#deps;
    const processes = new ProcessScan(this.#deps);
    const containers = [...registry.living()];
    // All of them without a pause: a reader that begins here knows the container of every event behind it.
    for (const container of containers)
      sink.append(containerRecord(Kind.ContainerStarted, container, now(), HeaderFlag.snapshot));
    onStated?.();
    for (const container of containers) {
      if (!registry.lives(container)) continue;
      await processes.container(container);
      await letOthersRun();
    }
    return { containers: containers.length, processes: processes.count };
  }
}
