import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import { type FlatForest, MAX_COLUMNS, MAX_SAMPLE } from './flat-forest.ts';
import { NodeList } from './node-list.ts';

const MAX_TREES = 1000;
const MAX_DEPTH = 64;

/** Nodes in their order: 0 and the number of rows for a leaf, column + 1 and threshold for another node. */
export function writeForest(forest: FlatForest, to: ModelWriter): void {
  const { feature, value, right } = forest;
  to.count(forest.columns).count(forest.sample).count(forest.roots.length);
  for (let node = 0; node < feature.length; node++) {
    const column = feature[node] ?? -1;
    to.count(column + 1);
    if (column < 0) to.count(right[node] ?? 0);
    else to.float(value[node] ?? 0);
  }
}

/**
 * @param expected columns that it must have
 * @throws ModelError when the nodes make no such forest
 */
export function readForest(from: ModelReader, expected: number): FlatForest {
  const columns = from.count(MAX_COLUMNS, 'columns');
  if (columns !== expected) throw malformed(`a forest of ${columns} columns in place of ${expected}`);
  const sample = from.count(MAX_SAMPLE, 'sample');
  const trees = from.count(MAX_TREES, 'trees');
  const nodes = new NodeList(sample);
  const read = (depth: number): void => {
    if (depth > MAX_DEPTH) throw malformed('a tree is too deep');
    const column = from.count(columns, 'column') - 1;
    if (column < 0) {
      nodes.leaf(depth, from.count(sample, 'rows of a leaf'));
      return;
    }
    const node = nodes.split(column, from.float('threshold'));
    read(depth + 1);
    nodes.turn(node);
    read(depth + 1);
  };
  for (let tree = 0; tree < trees; tree++) {
    nodes.beginTree();
    read(0);
  }
  return nodes.finish(columns, sample);
}
