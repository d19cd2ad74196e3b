import { EventCursor, encodeRecord, Kind, WindowSyscalls } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { makeTable } from '../../testing/make-window.ts';
import { labelEntropy, textEntropy } from './entropy.ts';
import { mix } from './hash.ts';
import { addToSketch, mergeSketches, SKETCH_WORDS, Sketch, sketchSize } from './sketches.ts';
import { readCounts, TableSum } from './table-sum.ts';

describe('sets of which only the size is known', () => {
  it('are about right, and their union is that of both', () => {
    for (const size of [0, 1, 5, 40, 300, 2000]) {
      const words = new Uint32Array(SKETCH_WORDS);
      const half = new Uint32Array(SKETCH_WORDS);
      for (let i = 0; i < size; i++) addToSketch(i % 2 ? words : half, Sketch.peers, mix(i + 1));
      for (let i = 0; i < size; i++) addToSketch(words, Sketch.peers, mix(i + 1));
      mergeSketches(words, half);
      expect(Math.abs(sketchSize(words, Sketch.peers) - size)).toBeLessThanOrEqual(1 + size * 0.12);
      expect(sketchSize(words, Sketch.ports)).toBe(0);
    }
  });
});

describe('entropy', () => {
  it('tells random names from words', () => {
    expect(textEntropy('')).toBe(0);
    expect(textEntropy('aaaa')).toBe(0);
    expect(textEntropy('abcd')).toBe(8);
    expect(labelEntropy('www.example.org')).toBeLessThan(20);
    expect(labelEntropy('mzxw6ytboi4dsnrvgq3tcmjqgeydambqgaya.example.org')).toBeGreaterThan(100);
  });
});

describe('sums of tables', () => {
  const pairs = (sum: TableSum) => Array.from({ length: sum.size }, (_, i) => [sum.keys[i], sum.counts[i]]);

  it('merge what is there and what is not', () => {
    const sum = new TableSum(10);
    expect(
      sum.add(
        makeTable([
          [5, 1],
          [9, 2],
        ]),
      ),
    ).toBe(0);
    expect(
      sum.add(
        makeTable([
          [1, 4],
          [5, 3],
          [12, 1],
        ]),
      ),
    ).toBe(0);
    expect(pairs(sum)).toEqual([
      [1, 4],
      [5, 4],
      [9, 2],
      [12, 1],
    ]);
  });

  it('say how much found no room', () => {
    const sum = new TableSum(2);
    expect(sum.add(makeTable([[5, 1]]))).toBe(0);
    expect(
      sum.add(
        makeTable([
          [1, 4],
          [5, 3],
          [12, 7],
        ]),
      ),
    ).toBe(7);
    expect(pairs(sum)).toEqual([
      [1, 4],
      [5, 4],
    ]);
  });

  it('take pairs of records in any order', () => {
    const record = encodeRecord(
      Kind.WindowSyscalls,
      {},
      {
        counts: [
          [9, 1],
          [2, 5],
          [9, 4],
        ],
      },
    );
    const cursor = new EventCursor().open(record);
    cursor.next();
    const { size, keys, counts } = readCounts(cursor, WindowSyscalls.counts);
    expect([size, [...keys.subarray(0, size)], [...counts.subarray(0, size)]]).toEqual([2, [2, 9], [5, 5]]);
  });
});
