import type { Algorithm } from '../algorithm.ts';
import { Adam } from '../networks/adam.ts';
import { LstmNetwork } from '../networks/lstm-network.ts';
import { randomFrom } from '../random.ts';

/** Calls that a piece of a trace has. */
const LENGTH = 16;
const UNITS = 24;
/** Pieces to learn from, drawn anew from all traces. */
const PIECES = 10_000;
const BATCH = 16;
const PACE = 0.005;
/** Pieces of a trace that are scored, spread over it. */
const PER_TRACE = 4;
const BYTES_PER_WEIGHT = 4;
/** For calls that training did not have: never next, so its chance falls towards nothing. */
const UNKNOWN = 0;

/** A recurrent network that learns which call comes next; a trace whose calls it did not expect is strange. */
export const lstm: Algorithm = {
  name: 'LSTM on sequences',
  paper: 'Hochreiter, Schmidhuber 1997; Kim, Yi, Lee, Paek, Yoon 2016',
  input: 'sequences',
  slow: true,
  fit: (train, seed) => {
    const random = randomFrom(seed);
    const sequences = train.flatMap(({ sequence }) => (sequence && sequence.length > LENGTH ? [sequence] : []));
    const calls = new Set(sequences.flatMap((sequence) => [...sequence]));
    const numbers = new Map([...calls].map((call, at) => [call, at + 1]));
    const numbered = (piece: Uint16Array) => Array.from(piece, (call) => numbers.get(call) ?? UNKNOWN);
    const network = new LstmNetwork(calls.size + 1, UNITS, LENGTH, random);
    const adam = new Adam(network.weights, PACE);
    for (let at = 1; at <= PIECES; at++) {
      network.learn(numbered(pieceOf(sequences, random)));
      if (at % BATCH === 0) adam.step(network.gradient, BATCH);
    }
    return {
      bytes: network.weights.length * BYTES_PER_WEIGHT,
      score: (samples) =>
        Float64Array.from(samples, ({ sequence }) => {
          const pieces = spread(sequence ?? new Uint16Array());
          return pieces.reduce((sum, piece) => sum + network.surprise(numbered(piece)), 0) / pieces.length;
        }),
    };
  },
};

function pieceOf(sequences: readonly Uint16Array[], random: () => number): Uint16Array {
  const sequence = sequences[Math.floor(random() * sequences.length)] ?? new Uint16Array(LENGTH);
  const from = Math.floor(random() * (sequence.length - LENGTH + 1));
  return sequence.subarray(from, from + LENGTH);
}

function spread(sequence: Uint16Array): Uint16Array[] {
  const room = sequence.length - LENGTH;
  if (room < 0) return [];
  const count = Math.min(PER_TRACE, room + 1);
  return Array.from({ length: count }, (_, at) => {
    const from = count === 1 ? 0 : Math.round((room * at) / (count - 1));
    return sequence.subarray(from, from + LENGTH);
  });
}
