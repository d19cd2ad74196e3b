import type {
  BehaviourProgram,
  LiveWorkload,
  MaterialRow,
} from '../../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import { Material } from '../../../control-plane/src/detection/anomaly/learning/material.ts';
import { FEWEST_WINDOWS, trainModel } from '../../../control-plane/src/detection/anomaly/learning/train.ts';
import type { TrainReport } from '../../../control-plane/src/detection/anomaly/learning/train-report.ts';

const SETTINGS = { isOn: true, alarmsPerDay: 1, learningMinutes: 60, review: 'auto', trainSeconds: 600 } as const;

/** Watches and learns, and scores nothing. */
export const LEARNING: BehaviourProgram = { revision: 0, workloads: [], settings: SETTINGS };

/** Models of workloads, and what their training said. */
export interface Trained {
  readonly program: BehaviourProgram;
  readonly reports: ReadonlyMap<string, TrainReport>;
}

/** Trains a model of each workload that there is enough material of. Rows of one workload are merged. */
export function train(rows: readonly MaterialRow[], seed = 1): Trained {
  const byName = Map.groupBy(rows, ({ key, digest }) => `${key}@${digest}`);
  const reports = new Map<string, TrainReport>();
  const workloads: LiveWorkload[] = [];
  for (const [name, [first, ...others]] of byName) {
    if (!first) continue;
    const material = Material.load(first.bytes);
    for (const { bytes } of others) material.merge(Material.load(bytes));
    if (material.windows(10).length < FEWEST_WINDOWS) continue;
    const { model, profile, report } = trainModel(material, { seed, alarmsPerDay: SETTINGS.alarmsPerDay });
    reports.set(name, report);
    const { key, digest, image } = first;
    const live = { key, digest, image, versionId: '1', stage: 'monitor' as const };
    workloads.push({ ...live, model, profile, threshold: report.threshold });
  }
  return { program: { revision: 1, workloads, settings: SETTINGS }, reports };
}
