import { ModelBundle } from '../../../control-plane/src/detection/anomaly/models/bundle.ts';
import { PARTS } from '../../../control-plane/src/detection/anomaly/models/parts.ts';
import type { Algorithm } from '../algorithm.ts';
import { RunNumbers } from './picket-model.ts';

const FOREST = PARTS.indexOf('forest');

/** The isolation forest as Picket uses it: over summary scores of the other parts, not over counts. */
export const summaryForest: Algorithm = {
  name: 'isolation forest on summaries',
  paper: 'Liu, Ting, Zhou 2008',
  input: 'windows',
  fit: (train, seed) => {
    const runs = new RunNumbers();
    const bundle = ModelBundle.train(
      train.map((sample) => ({ window: sample.window, run: runs.of(sample) })),
      { seed },
    );
    return {
      bytes: bundle.bytes,
      score: (samples) => Float64Array.from(samples, ({ window }) => bundle.parts(window)[FOREST] ?? Number.NaN),
    };
  },
};
