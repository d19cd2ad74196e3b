import { Worker } from 'node:worker_threads';
import { type Log, messageOf } from '@picket/sdk';
import type { BacktestProgress } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { BacktestJob, BacktestOutcome, WorkerMessage } from './backtest-job.ts';

export interface InWorkerOptions {
  /** Ends it: in order when it can, else by force. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BacktestProgress) => void;
  readonly log: Log;
  /** MB of memory. */
  readonly memoryMb?: number;
}

const MEMORY_MB = 1024;
/** Until a worker that does not end by itself is ended. */
const GRACE_MS = 5000;
/** Id of a thread that has ended. */
const NO_THREAD = -1;

/**
 * Runs a backtest on a thread of its own.
 * @throws BacktestFailed with why it failed; the reason of `signal`
 */
export async function runInWorker(job: BacktestJob, options: InWorkerOptions): Promise<BacktestOutcome> {
  const { signal, memoryMb = MEMORY_MB } = options;
  signal.throwIfAborted();
  const worker = new Worker(new URL('../backtest-worker.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  let grace: NodeJS.Timeout | undefined;
  const cancel = () => {
    worker.postMessage('cancel');
    grace = setTimeout(() => void worker.terminate(), GRACE_MS);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await outcomeOf(worker, options);
  } finally {
    signal.removeEventListener('abort', cancel);
    clearTimeout(grace);
    await ended(worker);
  }
}

/** In order when it can: it removes what it has put on disk. */
async function ended(worker: Worker): Promise<void> {
  const late = setTimeout(() => void worker.terminate(), GRACE_MS);
  if (worker.threadId !== NO_THREAD) await new Promise((resolve) => worker.once('exit', resolve));
  clearTimeout(late);
}

function outcomeOf(worker: Worker, { signal, onProgress, log }: InWorkerOptions): Promise<BacktestOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<BacktestOutcome>();
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'progress') onProgress(message.progress);
    else if (message.type === 'log') log[message.level](message.message, message.fields);
    else if (message.type === 'done') resolve(message.outcome);
    else reject(signal.aborted ? signal.reason : new BacktestFailed(message.code, message.message));
  });
  worker.once('error', (error) => reject(failed(error)));
  worker.once('exit', () =>
    reject(signal.aborted ? signal.reason : new BacktestFailed('INTERNAL', 'its thread ended: run it again')),
  );
  return promise;
}

/** Why a backtest failed: the code of what went wrong in it. */
export class BacktestFailed extends ControlPlaneError {
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super('BACKTEST_FAILED', message, options);
    this.name = 'BacktestFailed';
    this.reason = reason;
  }
}

const failed = (error: unknown): BacktestFailed =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new BacktestFailed('BACKTEST_MEMORY', 'it took too much memory: choose a shorter time or fewer nodes')
    : new BacktestFailed('INTERNAL', messageOf(error), { cause: error });
