import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@picket/sdk/errors';
import { LearningError } from './learning-error.ts';
import { runTrainJob } from './run-train-job.ts';
import type { TrainJob, TrainMessage } from './train-job.ts';

// A thread of its own for one training: detection goes on beside it.

const say = (message: TrainMessage) => parentPort?.postMessage(message);

try {
  say({ type: 'done', trained: runTrainJob(workerData as TrainJob) });
} catch (error) {
  const code = error instanceof LearningError ? error.code : 'TRAINING_FAILED';
  say({ type: 'failed', code, message: messageOf(error) });
}
