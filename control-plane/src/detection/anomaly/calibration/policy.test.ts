import { expect, test } from 'vitest';
import { AlarmPolicy, jointScore } from './policy.ts';

const THRESHOLD = { weak: 3.5, strong: 4.6 };
const MINUTE = 60_000;

const judge = (policy: AlarmPolicy, at: number, score: number, feature = 'bytes sent', container = 'a', seconds = 10) =>
  policy.judge({ container, seconds, from: at, to: at + seconds * 1000, score }, THRESHOLD, () => feature);

test('weak scores must come twice in a row, strong ones are told at once', () => {
  const policy = new AlarmPolicy();
  expect(judge(policy, 0, 3)).toBe('usual');
  expect(judge(policy, 10_000, 4)).toBe('first');
  expect(judge(policy, 20_000, 1)).toBe('usual');
  expect(judge(policy, 30_000, 4)).toBe('first');
  expect(judge(policy, 40_000, 4)).toBe('weak');
  expect(judge(policy, 0, 5, 'bytes sent', 'b')).toBe('strong');
});

test('two in a row are of one length and of one container', () => {
  const policy = new AlarmPolicy();
  expect(judge(policy, 0, 4, 'f', 'a', 60)).toBe('first');
  expect(judge(policy, 60_000, 4, 'f', 'a', 10)).toBe('first');
  expect(judge(policy, 70_000, 4, 'f', 'b', 10)).toBe('first');
  expect(judge(policy, 60_000, 4, 'f', 'c', 60)).toBe('first');
});

test('a weak minute with a weak window of ten seconds in it is told', () => {
  const policy = new AlarmPolicy();
  expect(judge(policy, 40_000, 4)).toBe('first');
  expect(judge(policy, 0, 4, 'f', 'a', 60)).toBe('weak');
  expect(judge(policy, 40_000, 4, 'f', 'b')).toBe('first');
  expect(judge(policy, 60_000, 4, 'f', 'b', 60)).toBe('first');
});

test('something new beside a strange score makes it stronger', () => {
  const judged = (score: number, drift: number) =>
    new AlarmPolicy().judge({ container: 'a', seconds: 10, from: 0, to: 10_000, score, drift }, THRESHOLD, () => 'f');
  expect(judged(3.7, 3.7)).toBe('strong');
  expect(judged(4.4, 4)).toBe('strong');
  expect(judged(1, 4)).toBe('first');
  expect(judged(0.5, 9)).toBe('usual');
  expect(judged(4, 0)).toBe('first');
  expect(jointScore(4, 2)).toBeGreaterThan(jointScore(4, 1));
  expect(jointScore(4, 0)).toBe(4);
  expect(jointScore(Number.NaN, 5)).toBeNaN();
});

test('the same is not told again at once; something else that is strong is', () => {
  const policy = new AlarmPolicy();
  expect(judge(policy, 0, 5)).toBe('strong');
  expect(judge(policy, 10_000, 5)).toBe('cooldown');
  expect(judge(policy, 20_000, 5, 'new program')).toBe('strong');
  expect(judge(policy, 30_000, 4, 'other')).toBe('cooldown');
  expect(judge(policy, 31 * MINUTE, 5)).toBe('strong');
});

test('a small alarm does not hide a much larger one of the same feature, before and after a restart', () => {
  const policy = new AlarmPolicy();
  expect(judge(policy, 0, 4.7)).toBe('strong');
  const restored = new AlarmPolicy();
  restored.restore(JSON.parse(JSON.stringify(policy.saved())));
  for (const one of [policy, restored]) {
    expect(judge(one, 10_000, 5.6)).toBe('cooldown');
    expect(judge(one, 20_000, 5.8)).toBe('strong');
    expect(judge(one, 30_000, 6.7)).toBe('cooldown');
  }
  const weak = new AlarmPolicy();
  judge(weak, 0, 3.5);
  expect(judge(weak, 10_000, 3.5)).toBe('weak');
  expect(judge(weak, 20_000, 4.55)).toBe('cooldown');
  expect(judge(weak, 30_000, 4.7)).toBe('strong');
});

test('a weak alarm does not hide a strong one of another feature', () => {
  const policy = new AlarmPolicy();
  judge(policy, 0, 4);
  expect(judge(policy, 10_000, 4)).toBe('weak');
  expect(judge(policy, 20_000, 6, 'new peer')).toBe('strong');
});

test('NaN and scores below are usual, and nobody is asked for the feature', () => {
  const policy = new AlarmPolicy();
  const window = { container: 'a', seconds: 10, from: 0, to: 10_000, score: Number.NaN };
  const asked = () => {
    throw new Error('asked');
  };
  expect(policy.judge(window, THRESHOLD, asked)).toBe('usual');
  expect(policy.judge({ ...window, score: 4 }, THRESHOLD, asked)).toBe('first');
});

test('it goes on the same after saving, and forgets containers when there are too many', () => {
  const policy = new AlarmPolicy({ containers: 2 });
  judge(policy, 0, 4);
  const restored = new AlarmPolicy();
  restored.restore(JSON.parse(JSON.stringify(policy.saved())));
  expect(judge(restored, 10_000, 4)).toBe('weak');
  for (const container of ['b', 'c']) judge(policy, 0, 4, 'f', container);
  expect(judge(policy, 10_000, 4)).toBe('first');
  restored.forget('a');
  expect(restored.saved()).toEqual([]);
});
