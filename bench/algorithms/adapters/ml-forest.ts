import { IsolationForest, type MlTreeNode } from 'ml-isolation-forest';
import type { Algorithm } from '../algorithm.ts';
import { randomFrom, shuffled } from '../random.ts';
import { VectorSpace } from '../vectors.ts';

/** It takes all rows into every tree; more than these take minutes. */
const MOST = 2048;
/** Column and value of a split as JSON numbers would hold them. */
const BYTES_PER_NODE = 16;

/**
 * The npm package ml-isolation-forest 0.1.0 on counts. It draws by Math.random, so its seed can not be set, draws no
 * subsample, and splits on columns that do not vary.
 */
export const mlForest: Algorithm = {
  name: 'ml-isolation-forest on counts',
  paper: 'Liu, Ting, Zhou 2008',
  input: 'counts',
  fit: (train, seed) => {
    const space = new VectorSpace(train);
    const forest = new IsolationForest();
    const rows = shuffled(train, randomFrom(seed)).slice(0, MOST);
    forest.train(rows.map((sample) => [...space.vector(sample)]));
    return {
      bytes: forest.forest.reduce((sum, tree) => sum + nodesOf(tree), 0) * BYTES_PER_NODE,
      score: (samples) => Float64Array.from(forest.predict(samples.map((sample) => [...space.vector(sample)]))),
    };
  },
};

const nodesOf = (node: MlTreeNode): number =>
  1 + (node.left ? nodesOf(node.left) : 0) + (node.right ? nodesOf(node.right) : 0);
