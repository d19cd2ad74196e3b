import { SequenceModel } from '../../../control-plane/src/detection/anomaly/models/order/sequence-model.ts';
import type { Algorithm } from '../algorithm.ts';

/** A context with what followed it, and how often. */
const BYTES_PER_SEQUENCE = 10;

/** Picket's n-gram model over whole sequences; live windows have pairs alone, since the kernel counts no more. */
export const sequenceNgram: Algorithm = {
  name: 'n-gram on sequences',
  paper: 'Witten, Bell 1991',
  input: 'sequences',
  fit: (train) => {
    const model = new SequenceModel();
    for (const { sequence } of train) if (sequence) model.observe(sequence);
    return {
      bytes: model.sequences * BYTES_PER_SEQUENCE,
      score: (samples) => Float64Array.from(samples, ({ sequence }) => (sequence ? model.score(sequence) : Number.NaN)),
    };
  },
};
