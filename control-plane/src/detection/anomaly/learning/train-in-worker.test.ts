import { expect, test } from 'vitest';
import { CalibratedModel } from '../calibration/calibrated-model.ts';
import { Profile } from '../profiles/profile.ts';
import { LearningError } from './learning-error.ts';
import { Material } from './material.ts';
import { runTrainJob } from './run-train-job.ts';
import { madeWindows } from './testing/ordinary-windows.ts';
import { trainInWorker } from './train-in-worker.ts';
import type { TrainJob } from './train-job.ts';

function row(run: string, windows: number, name = 'web'): Uint8Array {
  const material = new Material(name);
  for (const made of madeWindows({ seed: 1, run, windows })) material.observe(made.window, made.run, made.at);
  return material.save();
}

const JOB: TrainJob = { materials: [row('a', 60), row('b', 60)], seed: 1, alarmsPerDay: 1 };

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it trained',
    (error: unknown) => (error instanceof LearningError ? error.code : error),
  );

test('a thread trains the same as this one', async () => {
  const [there, here] = [await trainInWorker(JOB), runTrainJob(JOB)];
  expect(Buffer.from(there.model).equals(Buffer.from(here.model))).toBe(true);
  expect(there.report).toEqual(here.report);
  expect(CalibratedModel.load(there.model).windows).toBe(120);
  expect(Profile.load(there.profile).knows('x:/usr/sbin/nginx')).toBe(true);
});

test('what goes wrong there is a typed error here', async () => {
  expect(await codeOf(trainInWorker({ ...JOB, materials: [] }))).toBe('TRAINING_TOO_LITTLE');
  expect(await codeOf(trainInWorker({ ...JOB, materials: [row('a', 3)] }))).toBe('TRAINING_TOO_LITTLE');
  expect(await codeOf(trainInWorker({ ...JOB, materials: [Buffer.from('garbage')] }))).toBe('MATERIAL_MALFORMED');
  expect(await codeOf(trainInWorker({ ...JOB, materials: [row('a', 20), row('b', 20, 'db')] }))).toBe(
    'MATERIAL_DIFFERS',
  );
  expect(await codeOf(trainInWorker({ ...JOB, anchor: Buffer.from('garbage') }))).toBe('TRAINING_FAILED');
});

test('it ends when it takes too long or is told to, and when memory is short', async () => {
  expect(await codeOf(trainInWorker(JOB, { deadlineMs: 1 }))).toBe('TRAINING_DEADLINE');
  expect(await codeOf(trainInWorker(JOB, { signal: AbortSignal.abort() }))).toBe('TRAINING_CANCELLED');
  const stop = new AbortController();
  const training = codeOf(trainInWorker(JOB, { signal: stop.signal }));
  stop.abort();
  expect(await training).toBe('TRAINING_CANCELLED');
  const large = { ...JOB, materials: [row('a', 1500), row('b', 1500)] };
  expect(await codeOf(trainInWorker(large, { memoryMb: 8 }))).toBe('TRAINING_MEMORY');
});
