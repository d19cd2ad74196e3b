import { describe, expect, test } from 'vitest';
import { randomFrom } from '../random.ts';
import { bootstrap } from './bootstrap.ts';
import { areaUnderRoc, averagePrecision, curveOf, foundAt } from './curve.ts';
import { type Labelled, rank } from './labelled.ts';
import { measure } from './measure.ts';

const labels = (scores: readonly (readonly [score: number, attack: 0 | 1])[]): Labelled[] =>
  scores.map(([score, attack], at) => ({ score, attack: attack === 1, run: `run ${at}` }));

/** The chance that an attack scores higher, by asking every pair. */
function areaByPairs(all: readonly Labelled[]): number {
  const [attacks, ordinary] = [true, false].map((attack) => all.filter((one) => one.attack === attack));
  const wins = (attacks ?? []).flatMap((a) =>
    (ordinary ?? []).map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)),
  );
  return wins.reduce((sum: number, one) => sum + one, 0) / wins.length;
}

describe('the area under the ROC curve', () => {
  test('is 1 for scores that part, 0 for those that part the wrong way, a half for equal ones', () => {
    const area = (scores: Parameters<typeof labels>[0]) => areaUnderRoc(curveOf(rank(labels(scores))));
    expect(
      area([
        [3, 1],
        [2, 1],
        [1, 0],
        [0, 0],
      ]),
    ).toBe(1);
    expect(
      area([
        [3, 0],
        [2, 0],
        [1, 1],
      ]),
    ).toBe(0);
    expect(
      area([
        [5, 1],
        [5, 0],
        [5, 0],
        [5, 1],
      ]),
    ).toBe(0.5);
  });

  test('is what asking every pair says, with many equal scores', () => {
    const random = randomFrom(7);
    const all = labels(Array.from({ length: 300 }, () => [Math.floor(random() * 12), random() < 0.3 ? 1 : 0] as const));
    expect(areaUnderRoc(curveOf(rank(all)))).toBeCloseTo(areaByPairs(all), 12);
  });

  test('takes what is not a number as the lowest score', () => {
    expect(
      areaUnderRoc(
        curveOf(
          rank(
            labels([
              [Number.NaN, 1],
              [1, 0],
              [-5, 0],
            ]),
          ),
        ),
      ),
    ).toBe(0);
    expect(
      areaUnderRoc(
        curveOf(
          rank(
            labels([
              [0, 1],
              [Number.NaN, 0],
            ]),
          ),
        ),
      ),
    ).toBe(1);
  });
});

test('average precision adds precision where attacks are found, equal scores in one step', () => {
  // Worked out by hand: 1 of 1, 2 of 3, and the last step holds everything.
  expect(
    averagePrecision(
      curveOf(
        rank(
          labels([
            [9, 1],
            [8, 0],
            [7, 1],
            [1, 0],
          ]),
        ),
      ),
    ),
  ).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(
    averagePrecision(
      curveOf(
        rank(
          labels([
            [1, 1],
            [1, 0],
            [1, 0],
            [1, 0],
          ]),
        ),
      ),
    ),
  ).toBeCloseTo(1 / 4, 12);
});

test('what is found at a share of false alarms never needs more of them', () => {
  const curve = curveOf(
    rank(
      labels([
        [9, 1],
        [8, 0],
        [7, 1],
        [7, 0],
        [6, 1],
        [5, 0],
        [4, 0],
      ]),
    ),
  );
  expect(foundAt(curve, 0)).toBeCloseTo(1 / 3);
  expect(foundAt(curve, 0.25)).toBeCloseTo(1 / 3);
  expect(foundAt(curve, 0.49)).toBeCloseTo(1 / 3);
  expect(foundAt(curve, 0.5)).toBe(1);
});

describe('drawing again', () => {
  const all = labels(Array.from({ length: 60 }, (_, at) => [at % 7, at % 3 === 0 ? 1 : 0] as const));
  const area = (weights: Float64Array) => [areaUnderRoc(curveOf(rank(all), weights))];

  test('is the same for a seed and another for another one', () => {
    const draw = (seed: number) => bootstrap(all, area, { seed, draws: 20 });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('draws runs as wholes, and as many of each label as there are', () => {
    const runs = labels([
      [1, 1],
      [2, 1],
      [3, 0],
      [4, 0],
    ]).map((one, at) => ({ ...one, run: at < 2 ? 'a' : `b${at}` }));
    bootstrap(
      runs,
      (weights) => {
        expect(weights[0]).toBe(1);
        expect(weights[1]).toBe(1);
        expect((weights[2] ?? 0) + (weights[3] ?? 0)).toBe(2);
        return [];
      },
      { seed: 3, draws: 30 },
    );
  });

  test('gives intervals around the value, wider for fewer samples', () => {
    const random = randomFrom(5);
    const drawn = (count: number) =>
      labels(Array.from({ length: count }, (_, at) => [random() + (at % 2) * 0.4, at % 2 ? 1 : 0] as const));
    const [few, many] = [measure([drawn(40)], 300).auc, measure([drawn(2000)], 300).auc];
    expect(few.low).toBeLessThan(few.value);
    expect(few.high).toBeGreaterThan(few.value);
    expect(few.high - few.low).toBeGreaterThan(3 * (many.high - many.low));
  });

  test('tells nothing of a share of false alarms that needs more ordinary samples', () => {
    const { found } = measure([all], 10);
    expect(found.map(({ value }) => Number.isNaN(value))).toEqual([false, true, true]);
  });
});
