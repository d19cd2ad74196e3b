import type { Algorithm, Fitted } from '../algorithm.ts';
import type { Sample } from '../sample.ts';

const LENGTH = 6;
/** Over so many places the share of unknown sequences is looked at: the locality frame. */
const FRAME = 20;
const BYTES_PER_SEQUENCE = LENGTH * 2;

/**
 * STIDE: the sequences of six system calls that ordinary work has, and for a trace the largest share of sequences that
 * are not among them, within a frame of twenty.
 */
export const stide: Algorithm = {
  name: 'STIDE',
  paper: 'Forrest, Hofmeyr, Somayaji, Longstaff 1996; Warrender, Forrest, Pearlmutter 1999',
  input: 'sequences',
  fit: (train) => {
    const known = new Set(train.flatMap(({ sequence }) => (sequence ? [...windowsOf(sequence)] : [])));
    return fitted(known);
  },
};

function fitted(known: ReadonlySet<string>): Fitted {
  return {
    bytes: known.size * BYTES_PER_SEQUENCE,
    score: (samples) => Float64Array.from(samples, (sample) => scoreOf(sample, known)),
  };
}

function scoreOf({ sequence }: Sample, known: ReadonlySet<string>): number {
  if (!sequence || sequence.length < LENGTH) return Number.NaN;
  const strange = [...windowsOf(sequence)].map((window) => (known.has(window) ? 0 : 1));
  let [inFrame, most, all] = [0, 0, 0];
  strange.forEach((one, at) => {
    inFrame += one - (at >= FRAME ? (strange[at - FRAME] ?? 0) : 0);
    most = Math.max(most, inFrame);
    all += one;
  });
  // The share of the whole trace only parts traces whose worst frames are equal.
  return most + all / (strange.length + 1);
}

function* windowsOf(sequence: Uint16Array): Generator<string> {
  for (let from = 0; from + LENGTH <= sequence.length; from++) {
    yield String.fromCharCode(...sequence.subarray(from, from + LENGTH));
  }
}
