import { expect, test } from 'vitest';
import { randomFrom } from '../random.ts';
import { Adam } from './adam.ts';
import { DenseNetwork } from './dense-network.ts';
import { LstmNetwork } from './lstm-network.ts';

/** The slope of each weight by changing it a little, against what the network says. */
function worstSlope(network: { weights: Float64Array; gradient: Float64Array }, loss: () => number): number {
  const told = Float64Array.from(network.gradient);
  let worst = 0;
  network.weights.forEach((weight, at) => {
    network.weights[at] = weight + 1e-5;
    const above = loss();
    network.weights[at] = weight - 1e-5;
    const below = loss();
    network.weights[at] = weight;
    worst = Math.max(worst, Math.abs((above - below) / 2e-5 - (told[at] ?? 0)));
  });
  return worst;
}

test('the gradient of joined layers is that of their error', () => {
  const network = new DenseNetwork([4, 5, 3, 4], randomFrom(1));
  const [input, target] = [
    [0.5, -1, 2, 0.1],
    [1, 0, -1, 2],
  ];
  const loss = () => network.forward(input).reduce((sum, value, at) => sum + (value - (target[at] ?? 0)) ** 2 / 2, 0);
  network.learn(input, target);
  expect(network.gradient.some((slope) => Math.abs(slope) > 0.1)).toBe(true);
  expect(worstSlope(network, loss)).toBeLessThan(1e-6);
});

test('the gradient of long short-term memory is that of its surprise', () => {
  const network = new LstmNetwork(5, 4, 8, randomFrom(2));
  const piece = [0, 3, 1, 4, 4, 2, 0, 1];
  network.learn(piece);
  expect(network.gradient.some((slope) => Math.abs(slope) > 0.1)).toBe(true);
  expect(worstSlope(network, () => network.surprise(piece))).toBeLessThan(1e-6);
});

test('long short-term memory learns an order that needs memory', () => {
  const network = new LstmNetwork(3, 8, 9, randomFrom(3));
  const adam = new Adam(network.weights, 0.02);
  // What follows 0 depends on what was before it.
  const pieces = [
    [1, 0, 1, 0, 1, 0, 1, 0, 1],
    [2, 0, 2, 0, 2, 0, 2, 0, 2],
  ];
  for (let round = 0; round < 200; round++) {
    for (const piece of pieces) network.learn(piece);
    adam.step(network.gradient, pieces.length);
  }
  expect(network.surprise([2, 0, 2, 0, 2])).toBeLessThan(0.1);
  expect(network.surprise([2, 0, 1, 0, 2])).toBeGreaterThan(5);
});
