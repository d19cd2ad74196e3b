import { HeaderFlag, Kind } from '@picket/sdk';
import { containerRecord } from '../containers/container-record.ts';
import { ProcessScan, type ProcessScanDeps } from '../containers/process-scan.ts';
import { letOthersRun } from './yield.ts';

export interface SnapshotResult {
  readonly containers: number;
  readonly processes: number;
}

/** States every container and its processes again, so that a reader can begin anywhere in the stream. */
export class Snapshot {
  readonly #deps: ProcessScanDeps;
  #running: Promise<SnapshotResult> | undefined;

  constructor(deps: ProcessScanDeps) {
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
    const { registry, sink, now } = this.#deps;
    const processes = new ProcessScan(this.#deps);
    let containers = 0;
    for (const container of [...registry.living()]) {
      if (!registry.lives(container)) continue;
      sink.append(containerRecord(Kind.ContainerStarted, container, now(), HeaderFlag.snapshot));
      containers++;
      await processes.container(container);
      await letOthersRun();
    }
    return { containers, processes: processes.count };
  }
}
