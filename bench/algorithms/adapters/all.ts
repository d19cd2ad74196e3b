import { forestKind } from '../../../control-plane/src/detection/anomaly/models/forest-model.ts';
import { ngramKind } from '../../../control-plane/src/detection/anomaly/models/ngram-model.ts';
import { rarityKind } from '../../../control-plane/src/detection/anomaly/models/rarity-model.ts';
import { thresholdKind } from '../../../control-plane/src/detection/anomaly/models/threshold-model.ts';
import type { Algorithm } from '../algorithm.ts';
import { autoencoder } from './autoencoder.ts';
import { lstm } from './lstm.ts';
import { mlForest } from './ml-forest.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { picketFused } from './picket-fused.ts';
import { picketModel } from './picket-model.ts';
import { scikitForest } from './scikit-forest.ts';
import { sequenceNgram } from './sequence-ngram.ts';
import { stide } from './stide.ts';
import { summaryForest } from './summary-forest.ts';
import { zScore } from './z-score.ts';

/** Everything that is compared: Picket's own first. */
export const ALGORITHMS: readonly Algorithm[] = [
  picketFused,
  picketModel('threshold (robust z)', 'Iglewicz, Hoaglin 1993', thresholdKind),
  picketModel('rarity', 'Good 1953', rarityKind),
  picketModel('n-gram on pairs', 'Witten, Bell 1991', ngramKind),
  sequenceNgram,
  summaryForest,
  picketModel('isolation forest on counts', 'Liu, Ting, Zhou 2008', forestKind),
  mlForest,
  scikitForest,
  zScore,
  nearestNeighbours,
  stide,
  autoencoder,
  lstm,
];
