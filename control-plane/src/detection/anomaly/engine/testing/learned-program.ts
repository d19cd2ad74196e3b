import { Material } from '../../learning/material.ts';
import { trainModel } from '../../learning/train.ts';
import type { BehaviourProgram, BehaviourSettings, LiveWorkload, MaterialRow } from '../behaviour-program.ts';

export const SETTINGS: BehaviourSettings = {
  ...{ isOn: true, alarmsPerDay: 1, learningMinutes: 60, review: 'auto', trainSeconds: 600 },
};

export const EMPTY: BehaviourProgram = { revision: 0, workloads: [], settings: SETTINGS };

/** What the life of models would make of material: each workload trained and scored. */
export function learnedProgram(rows: readonly MaterialRow[], more: Partial<LiveWorkload> = {}): BehaviourProgram {
  const workloads = rows.map(({ key, digest, image, bytes }): LiveWorkload => {
    const { model, profile, report } = trainModel(Material.load(bytes), { seed: 1, alarmsPerDay: 1 });
    const { threshold } = report;
    return {
      ...{ key, digest, image, model, profile, threshold },
      versionId: 'ab'.repeat(32),
      stage: 'monitor',
      ...more,
    };
  });
  return { ...EMPTY, revision: 1, workloads };
}
