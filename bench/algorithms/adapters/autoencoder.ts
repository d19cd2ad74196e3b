import type { Algorithm } from '../algorithm.ts';
import { Adam } from '../networks/adam.ts';
import { DenseNetwork } from '../networks/dense-network.ts';
import { randomFrom, shuffled } from '../random.ts';
import { VectorSpace } from '../vectors.ts';
import { ColumnScale } from './column-scale.ts';

/** Training samples; of more so many are drawn. */
const MOST = 1024;
const EPOCHS = 30;
const BATCH = 32;
const PACE = 0.003;
const BYTES_PER_WEIGHT = 4;

/** A network that learns to give counts back through a narrow middle; what it gives back badly is strange. */
export const autoencoder: Algorithm = {
  name: 'autoencoder on counts',
  paper: 'Sakurada, Yairi 2014',
  input: 'counts',
  slow: true,
  fit: (train, seed) => {
    const random = randomFrom(seed);
    const space = new VectorSpace(train);
    const drawn = shuffled(train, random).slice(0, MOST);
    const scale = new ColumnScale(drawn.map((sample) => space.vector(sample)));
    const network = new DenseNetwork([space.width, 32, 8, 32, space.width], random);
    learn(
      network,
      drawn.map((sample) => scale.apply(space.vector(sample))),
      random,
    );
    return {
      bytes: network.weights.length * BYTES_PER_WEIGHT,
      score: (samples) => Float64Array.from(samples, (sample) => error(network, scale.apply(space.vector(sample)))),
    };
  },
};

function learn(network: DenseNetwork, rows: readonly number[][], random: () => number): void {
  const adam = new Adam(network.weights, PACE);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffled(rows, random).forEach((row, at) => {
      network.learn(row, row);
      if (at % BATCH === BATCH - 1) adam.step(network.gradient, BATCH);
    });
  }
}

function error(network: DenseNetwork, row: readonly number[]): number {
  return network.forward(row).reduce((sum, value, at) => sum + (value - (row[at] ?? 0)) ** 2, 0) / row.length;
}
