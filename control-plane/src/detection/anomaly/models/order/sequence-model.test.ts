import { describe, expect, test } from 'vitest';
import { SequenceModel } from './sequence-model.ts';

const LOOP = [257, 5, 0, 0, 3];
const traces = Array.from({ length: 20 }, (_, at) => Array.from({ length: 40 + at }, () => LOOP).flat());

function model(): SequenceModel {
  const learned = new SequenceModel();
  for (const trace of traces) learned.observe(trace);
  return learned;
}

describe('sequences of system calls', () => {
  test('known ones surprise less than the same calls in another order, and those less than new calls', () => {
    const learned = model();
    const repeat = (calls: number[]) => Array.from({ length: 30 }, () => calls).flat();
    const [known, turned, fresh] = [LOOP, [...LOOP].reverse(), [101, 9, 101, 56, 59]].map((calls) =>
      learned.score(repeat(calls)),
    );
    expect(known).toBeLessThan(0.2);
    expect(turned).toBeGreaterThan(1);
    expect(fresh).toBeGreaterThan((turned ?? 0) + 1);
  });

  test('chances of what may follow sum up to 1', () => {
    const learned = new SequenceModel();
    learned.observe([1, 2, 1, 3, 1, 2, 2, 1]);
    const chances = [1, 2, 3].map((next) => Math.exp(-(learned.nats([1, 2, 1, next])[3] ?? 0)));
    const unseen = Math.exp(-(learned.nats([1, 2, 1, 99])[3] ?? 0));
    // 512 calls: three known ones, the others alike
    expect(chances.reduce((sum, chance) => sum + chance, 0) + 509 * unseen).toBeCloseTo(1, 9);
  });

  test('a trace without calls says nothing', () => {
    expect(model().score([])).toBeNaN();
    expect(model().nats([])).toHaveLength(0);
  });
});
