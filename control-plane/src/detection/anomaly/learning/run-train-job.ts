import { CalibratedModel } from '../calibration/calibrated-model.ts';
import { Profile } from '../profiles/profile.ts';
import { LearningError } from './learning-error.ts';
import { Material } from './material.ts';
import { trainModel } from './train.ts';
import type { TrainedBytes, TrainJob } from './train-job.ts';

/**
 * Bytes in, bytes out.
 * @throws LearningError; ModelError or ProfileError of a prior, an anchor or a profile that can not be read
 */
export function runTrainJob(job: TrainJob): TrainedBytes {
  const { seed, alarmsPerDay, priors, anchor, profile } = job;
  const trained = trainModel(mergedMaterial(job.materials), {
    ...{ seed, alarmsPerDay },
    priors: priors?.map((bytes) => CalibratedModel.load(bytes)),
    anchor: anchor && CalibratedModel.load(anchor),
    profile: profile && Profile.load(profile),
  });
  return { model: trained.model.save(), profile: trained.profile.save(), report: trained.report };
}

/** @throws LearningError TRAINING_TOO_LITTLE, MATERIAL_MALFORMED, MATERIAL_VERSION, MATERIAL_DIFFERS */
export function mergedMaterial(rows: readonly Uint8Array[]): Material {
  const [first, ...others] = rows.map((bytes) => Material.load(bytes));
  if (!first) throw new LearningError('TRAINING_TOO_LITTLE', 'there is no material yet: let the workload run on');
  for (const other of others) first.merge(other);
  return first;
}
