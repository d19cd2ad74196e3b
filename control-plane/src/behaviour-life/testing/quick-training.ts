import { mergedMaterial, runTrainJob } from '../../detection/anomaly/learning/run-train-job.ts';
import { FEWEST_WINDOWS } from '../../detection/anomaly/learning/train.ts';
import type { TrainedBytes, TrainJob } from '../../detection/anomaly/learning/train-job.ts';
import { Profile } from '../../detection/anomaly/profiles/profile.ts';
import { madeMaterial } from './made-material.ts';

let once: TrainedBytes | undefined;

/** A training whose model is that of another material, trained once; profile and report are those of its own. */
export function quickTraining(job: TrainJob): TrainedBytes {
  const material = mergedMaterial(job.materials);
  const { windows, runs, tokens } = material.stats();
  // says why
  if (windows < FEWEST_WINDOWS) return runTrainJob(job);
  once ??= runTrainJob({ materials: [madeMaterial({ windows: 24 }).bytes], seed: 1, alarmsPerDay: 1 });
  const operator = job.profile && Profile.load(job.profile).operator;
  const profile = Profile.of(material.tokens(), { windows, runs, operator }).save();
  const report = { ...once.report, windows, runs, tokens, target: job.alarmsPerDay };
  return { model: once.model, profile, report };
}
