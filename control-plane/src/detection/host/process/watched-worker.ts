import { Worker } from 'node:worker_threads';
import { messageOf } from '@picket/sdk/errors';
import { BlockingChannel } from './blocking-channel.ts';
import { FrameKind } from './frame.ts';
import type { WorkerStart } from './host-worker.ts';
import { monotonicMs, type RunningCall, WorkerStatus } from './worker-status.ts';

const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, codeRangeSizeMb: 128, stackSizeMb: 4 };

/** A worker that is replaced when a guest in it does not come back. All its instances are lost then. */
export class WatchedWorker {
  readonly #start: WorkerStart;
  readonly #status: WorkerStatus;
  #worker: Worker | undefined;
  #failure: unknown;

  constructor(start: WorkerStart) {
    this.#start = start;
    this.#status = new WorkerStatus(start.statuses[start.index] ?? new SharedArrayBuffer(WorkerStatus.BYTES));
    this.#begin();
  }

  /** Ends the worker when its call is over time. */
  look(): void {
    const running = this.#status.running;
    if (!running || monotonicMs() < running.until || !this.#status.condemn()) return;
    this.#failure = undefined;
    void this.#worker?.terminate();
  }

  #begin(): void {
    this.#status.reset();
    const { fd, index, statuses, memoryBytes, callTimeout } = this.#start;
    const workerData: WorkerStart = { fd, index, statuses, memoryBytes, callTimeout };
    this.#worker = new Worker(new URL('./host-worker.ts', import.meta.url), { workerData, resourceLimits: LIMITS });
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#worker.once('exit', () => this.#gone());
  }

  #gone(): void {
    const running = this.#status.running;
    // Without a call it has read to the end, or its own code has failed: the channel may be in the middle of a frame.
    if (!running) {
      if (this.#failure === undefined) process.exit(0);
      console.error(`a worker ended: ${messageOf(this.#failure)}`);
      process.abort();
    }
    this.#tell(running);
    this.#failure = undefined;
    this.#begin();
  }

  #tell({ call, instance }: RunningCall): void {
    const json = this.#failure
      ? { code: 'DETECTOR_MEMORY', message: `the worker of the detector ended: ${messageOf(this.#failure)}` }
      : {
          code: 'DETECTOR_DEADLINE',
          message: 'the detector did not come back at its deadline, so its worker was ended',
        };
    new BlockingChannel(this.#start.fd).write({ kind: FrameKind.lost, call, instance, json });
  }
}
