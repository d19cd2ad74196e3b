import { expect, test } from 'vitest';
import { randomOf } from '../learning/testing/ordinary-windows.ts';
import { ScoreDistribution } from './score-distribution.ts';
import { ScoreMixture } from './score-mixture.ts';

type Draw = (random: () => number) => number;

const exponential: Draw = (random) => -Math.log(1 - random());
const pareto: Draw = (random) => (1 - random()) ** (-1 / 4);
const uniform: Draw = (random) => random();
const few: Draw = (random) => Math.floor(4 * random() ** 3);

const draws = (draw: Draw, seed: number, n: number) => {
  const random = randomOf(seed);
  return Float64Array.from({ length: n }, () => draw(random));
};

const learned = (draw: Draw, seed: number, n: number) => ScoreDistribution.of(draws(draw, seed, n), 1e-6);

test.each([
  ['exponential', exponential],
  ['heavy', pareto],
  ['bounded', uniform],
])('p-values of new values are uniform: %s', (_, draw) => {
  const distribution = learned(draw, 1, 2000);
  const p = draws(draw, 2, 4000)
    .map((value) => 10 ** -distribution.score(value))
    .sort();
  const farthest = Math.max(...p.map((value, i) => Math.abs(value - (i + 0.5) / p.length)));
  // Kolmogorov and Smirnov for two samples of these sizes: 0.045 is passed by chance once in a hundred times
  expect(farthest).toBeLessThan(0.045);
});

test.each([
  ['exponential', exponential],
  ['heavy', pareto],
  ['bounded', uniform],
  ['of few values', few],
])('rare scores are as rare as they say, beyond what was seen: %s', (_, draw) => {
  const shares = [1, 2, 3, 4].map((level) => {
    const rates = Array.from({ length: 20 }, (_unused, seed) => {
      const distribution = learned(draw, seed, 400);
      const scores = draws(draw, 1000 + seed, 20_000).map((value) => distribution.score(value));
      return scores.filter((score) => score >= level).length / scores.length;
    });
    return (rates.reduce((sum, rate) => sum + rate, 0) / rates.length) * 10 ** level;
  });
  for (const [i, share] of shares.entries()) expect(share).toBeLessThan([1.3, 1.6, 3, 5][i] ?? 0);
});

test('what was always the same says little of what is a little more', () => {
  const distribution = ScoreDistribution.of(new Float64Array(360).fill(2), 0.5);
  expect(distribution.score(2)).toBeCloseTo(0);
  expect(distribution.score(1)).toBeCloseTo(0);
  expect(distribution.score(2.1)).toBeCloseTo(Math.log10(361) + (0.1 / 0.5) * Math.LOG10E, 1);
  expect(distribution.score(1e9)).toBe(16);
});

test('few values can not stand for a rare score', () => {
  const limit = (n: number) => ScoreMixture.of(learned(exponential, 1, n), []).limit;
  expect(limit(60)).toBeCloseTo(2 * Math.log10(61));
  expect(limit(9999)).toBeCloseTo(7);
});

test('no value scores lower than a lower one', () => {
  for (const draw of [exponential, pareto, few]) {
    const distribution = learned(draw, 3, 700);
    const scores = Array.from({ length: 500 }, (_, i) => distribution.score(i / 30));
    for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThanOrEqual(scores[i - 1] ?? 0);
  }
});

test('a distribution of nothing says nothing', () => {
  expect(ScoreDistribution.of(new Float64Array(), 1).score(100)).toBe(0);
  expect(ScoreDistribution.of(new Float64Array([Number.NaN]), 1).size).toBe(0);
});

test('a prior counts while there are few values of its own', () => {
  const prior = learned((random) => 5 * exponential(random), 1, 2000);
  const own = (n: number) => ScoreMixture.of(learned(exponential, 2, n), [prior]);
  expect(own(40).priorShare).toBeCloseTo(0.9);
  expect(own(2000).priorShare).toBeLessThan(0.2);
  // a value that the few of its own have never seen, and the prior often
  expect(own(40).score(8)).toBeLessThan(1.2);
  expect(ScoreMixture.of(learned(exponential, 2, 40), []).score(8)).toBeGreaterThan(1.8);
});
