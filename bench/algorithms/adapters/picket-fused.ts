import { Material } from '../../../control-plane/src/detection/anomaly/learning/material.ts';
import { trainModel } from '../../../control-plane/src/detection/anomaly/learning/train.ts';
import type { Algorithm } from '../algorithm.ts';
import type { Sample } from '../sample.ts';
import { RunNumbers } from './picket-model.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const ALARMS_PER_DAY = 1;

/**
 * What runs in the control plane: material, parts, calibration on containers that were held out, the highest of the parts.
 * The profile, which tells first-seen tokens apart by name, is not part of a score and is not in here.
 */
export const picketFused: Algorithm = {
  name: 'Picket, all parts',
  paper: 'docs/behaviour-models.md',
  input: 'windows',
  isComparable: true,
  fit: (train, seed) => {
    const { model } = trainModel(materialOf(train), { seed, alarmsPerDay: ALARMS_PER_DAY });
    return {
      bytes: model.bytes,
      score: (samples) => Float64Array.from(samples, ({ window }) => scoreOf(model.score(window))),
    };
  },
};

/** Each run on a day of its own, as far as time goes: the sample that is kept gives every hour its share. */
function materialOf(train: readonly Sample[]): Material {
  const material = new Material('comparison');
  const runs = new RunNumbers();
  const places = new Map<string, number>();
  for (const sample of train) {
    const at = places.get(sample.run) ?? 0;
    places.set(sample.run, at + 1);
    material.observe(sample.window, sample.run, runs.of(sample) * DAY + (at + 1) * sample.window.seconds * SECOND);
  }
  return material;
}

const scoreOf = ({ value, abstains }: { value: number; abstains: boolean }): number => (abstains ? Number.NaN : value);
