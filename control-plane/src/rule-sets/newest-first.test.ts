import { describe, expect, it } from 'vitest';
import { newestFirst } from './newest-first.ts';

/** A stream of `stored` batches; a look takes `msEach` a batch. */
function stream(stored: number, msEach: number) {
  let clock = 1000;
  const asked: number[] = [];
  const look = async (most: number) => {
    asked.push(most);
    clock += Math.min(most, stored) * msEach;
    return { cut: most < stored ? 'batches' : null };
  };
  return { asked, look, limits: { most: 20_000, deadlineMs: 20_000, now: () => clock } };
}

describe('newestFirst', () => {
  it.each([
    { what: 'looks once when that is all', stored: 300, msEach: 1, asked: [500] },
    { what: 'goes back as far as there is time for', stored: 100_000, msEach: 2, asked: [500, 7000] },
    { what: 'goes back no further than it may', stored: 100_000, msEach: 0.1, asked: [500, 20_000] },
    { what: 'stays with the newest when there is time for no more', stored: 100_000, msEach: 40, asked: [500] },
  ])('$what', async ({ stored, msEach, asked }) => {
    const { asked: looks, look, limits } = stream(stored, msEach);
    await newestFirst(look, limits);
    expect(looks).toEqual(asked);
  });
});
