import { expect, it } from 'vitest';
import { ScoreRing } from './score-ring.ts';

const score = (at: number, versionId = 'a') => ({ at, seconds: 10, value: 1.5, drift: 0.25, threshold: 4, versionId });

it('keeps the newest, the oldest first', () => {
  const ring = new ScoreRing();
  for (let at = 0; at < 1000; at++) ring.add(score(at, at < 990 ? 'a' : 'b'));
  const list = ring.list();
  expect(list).toHaveLength(420);
  expect(list[0]).toEqual(score(580));
  expect(list.at(-1)).toEqual(score(999, 'b'));
  expect(list.map(({ at }) => at)).toEqual(Array.from({ length: 420 }, (_, i) => 580 + i));
});

it('forgets older ones where there are more versions than it can tell apart', () => {
  const ring = new ScoreRing();
  for (let at = 0; at < 300; at++) ring.add(score(at, `v${at}`));
  const list = ring.list();
  expect(list).toHaveLength(300 - 256);
  expect(list.every(({ at, versionId }) => versionId === `v${at}`)).toBe(true);
});
