import { Worker } from 'node:worker_threads';
import { messageOf } from '@picket/sdk/errors';
import { LearningError } from './learning-error.ts';
import type { TrainedBytes, TrainJob, TrainMessage } from './train-job.ts';

export interface InWorkerOptions {
  /** Ends it at once. */
  readonly signal?: AbortSignal | undefined;
  /** ms that it may take. */
  readonly deadlineMs?: number | undefined;
  /** MB of memory. */
  readonly memoryMb?: number | undefined;
}

const DEADLINE_MS = 120_000;
const MEMORY_MB = 512;

/**
 * Trains on a thread of its own.
 * @throws LearningError with why it failed: TRAINING_TOO_LITTLE, TRAINING_DEADLINE, TRAINING_MEMORY, TRAINING_CANCELLED,
 * TRAINING_FAILED, MATERIAL_*
 */
export async function trainInWorker(job: TrainJob, options: InWorkerOptions = {}): Promise<TrainedBytes> {
  const { signal, deadlineMs = DEADLINE_MS, memoryMb = MEMORY_MB } = options;
  if (signal?.aborted) throw cancelled();
  const worker = new Worker(new URL('train-worker.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  const { promise, resolve, reject } = Promise.withResolvers<TrainedBytes>();
  const cancel = () => reject(cancelled());
  const deadline = setTimeout(() => reject(late(deadlineMs)), deadlineMs);
  signal?.addEventListener('abort', cancel, { once: true });
  worker.once('message', (message: TrainMessage) => {
    if (message.type === 'done') resolve(message.trained);
    else reject(new LearningError(message.code, message.message));
  });
  worker.once('error', (error) => reject(failed(error)));
  worker.once('exit', () =>
    reject(new LearningError('TRAINING_FAILED', 'the thread of a training ended: train again')),
  );
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', cancel);
    await worker.terminate();
  }
}

const cancelled = () => new LearningError('TRAINING_CANCELLED', 'the training was cancelled: start it again');

const late = (ms: number) =>
  new LearningError(
    'TRAINING_DEADLINE',
    `the training took longer than ${ms} ms: it is tried again with the next material`,
  );

const failed = (error: unknown): LearningError =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new LearningError(
        'TRAINING_MEMORY',
        'the training took too much memory: reset the workload to collect its material anew',
      )
    : new LearningError('TRAINING_FAILED', messageOf(error), { cause: error });
