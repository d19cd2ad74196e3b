import { describe, expect, test } from 'vitest';
import { ModelReader } from '../bytes/model-reader.ts';
import { ModelWriter } from '../bytes/model-writer.ts';
import { ModelError } from '../model-error.ts';
import { Random } from '../random.ts';
import type { FlatForest, Rows } from './flat-forest.ts';
import { readForest, writeForest } from './forest-bytes.ts';
import { meanPathLength } from './path-length.ts';
import { ForestScorer } from './score.ts';
import { trainForest } from './train.ts';

function cloud(seed: number, rows: number, columns: number): Rows {
  const random = new Random(seed);
  return { values: Float32Array.from({ length: rows * columns }, () => random.unit()), rows, columns };
}

const trained = (data: Rows, options: { seed: number; trees?: number; sample?: number }): FlatForest => {
  const forest = trainForest(data, options);
  if (!forest) throw new Error('nothing varies');
  return forest;
};

const saved = (forest: FlatForest): Uint8Array => {
  const writer = new ModelWriter();
  writeForest(forest, writer);
  return writer.bytes();
};

describe('isolation forest', () => {
  test('c(n) is that of the paper', () => {
    expect([0, 1, 2].map(meanPathLength)).toEqual([0, 0, 1]);
    // H(255) by the series of Euler and Maclaurin
    const harmonic = Math.log(255) + 0.5772156649015329 + 1 / 510 - 1 / (12 * 255 ** 2) + 1 / (120 * 255 ** 4);
    expect(meanPathLength(256)).toBeCloseTo(2 * harmonic - (2 * 255) / 256, 12);
  });

  test('is the same for a seed and another for another', () => {
    const data = cloud(1, 500, 6);
    expect(trained(data, { seed: 3 })).toEqual(trained(data, { seed: 3 }));
    expect(trained(data, { seed: 4 })).not.toEqual(trained(data, { seed: 3 }));
  });

  test('scores the same after it was saved', () => {
    const data = cloud(1, 500, 6);
    const forest = trained(data, { seed: 3 });
    const reader = new ModelReader(saved(forest));
    const loaded = readForest(reader, 6);
    reader.end();
    expect(loaded).toEqual(forest);
    const [ours, theirs] = [new ForestScorer(forest), new ForestScorer(loaded)];
    for (let row = 0; row < 100; row++)
      expect(theirs.score(data.values, row * 6)).toBe(ours.score(data.values, row * 6));
  });

  test('has trees of the depth that the sample allows', () => {
    const forest = trained(cloud(1, 1000, 3), { seed: 1 });
    expect([forest.roots.length, forest.sample]).toEqual([100, 256]);
    const isLeaf = (_: number, node: number) => forest.feature[node] === -1;
    expect(Math.max(...forest.value.filter(isLeaf))).toBeLessThanOrEqual(8 + meanPathLength(256));
    for (let node = 0; node < forest.feature.length; node++)
      if ((forest.feature[node] ?? 0) >= 0) expect(forest.right[node]).toBeGreaterThan(1);
  });

  test('gives what lies apart the highest score', () => {
    const data = cloud(1, 1000, 4);
    const scorer = new ForestScorer(trained(data, { seed: 1 }));
    const inside = Math.max(...Array.from({ length: 200 }, (_, row) => scorer.score(data.values, row * 4)));
    expect(scorer.score(new Float32Array([9, 9, 9, 9]))).toBeGreaterThan(inside);
    expect(scorer.score(new Float32Array([0.5, 0.5, 0.5, 0.5]))).toBeLessThan(0.5);
  });

  test('never asks for a column that does not vary', () => {
    const data = cloud(1, 300, 5);
    for (let row = 0; row < data.rows; row++) {
      data.values[row * 5 + 1] = 4;
      data.values[row * 5 + 3] = Number.NaN;
    }
    const asked = new Set(trained(data, { seed: 1 }).feature);
    expect([...asked].sort()).toEqual([-1, 0, 2, 4]);
  });

  test('is none where nothing varies', () => {
    expect(trainForest({ values: new Float32Array(300).fill(2), rows: 100, columns: 3 }, { seed: 1 })).toBeUndefined();
    expect(trainForest({ values: new Float32Array(), rows: 0, columns: 3 }, { seed: 1 })).toBeUndefined();
    expect(trainForest({ values: new Float32Array([1, 2]), rows: 1, columns: 2 }, { seed: 1 })).toBeUndefined();
  });

  test('takes NaN and infinite values', () => {
    const data = cloud(2, 400, 3);
    for (let row = 0; row < 400; row += 7) {
      data.values[row * 3] = Number.NaN;
      data.values[row * 3 + 1] = row % 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    }
    const forest = trained(data, { seed: 1 });
    expect(forest.value.every(Number.isFinite)).toBe(true);
    const score = new ForestScorer(forest).score(new Float32Array([Number.NaN, Number.NaN, Number.NaN]));
    expect(score).toBeGreaterThan(0);
    expect(score).toBeLessThan(1);
  });

  test('refuses damaged bytes with a typed error', () => {
    const bytes = saved(trained(cloud(1, 200, 4), { seed: 1, trees: 3 }));
    const read = (of: Uint8Array, columns = 4) => {
      const reader = new ModelReader(of);
      readForest(reader, columns);
      reader.end();
    };
    expect(() => read(bytes, 5)).toThrow(ModelError);
    for (let length = 0; length < bytes.length; length += 13)
      expect(() => read(bytes.subarray(0, length))).toThrow(ModelError);
    // only nodes with children, without end
    expect(() =>
      read(new Uint8Array([4, 100, 1, ...Array.from({ length: 500 }, () => [1, 0, 0, 0, 0]).flat()])),
    ).toThrow(ModelError);
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      try {
        read(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }
  });

  test('refuses more columns than a node can name', () => {
    expect(() => trainForest({ values: new Float32Array(40_000), rows: 1, columns: 40_000 }, { seed: 1 })).toThrow(
      ModelError,
    );
  });
});
