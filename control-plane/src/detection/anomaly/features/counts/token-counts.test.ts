import { expect, it } from 'vitest';
import { TokenCounts } from './token-counts.ts';

const flood = (counts: TokenCounts, letter: string, length: number) => {
  for (let i = 0; i < 5000; i++) counts.add(`${letter}:/${i}/${'a'.repeat(length)}`, 1);
};

it('keeps room for programs, peers and calls whatever the names of files are', () => {
  for (const [share, length] of [
    [1, 10],
    [1, 240],
    [4, 10],
    [4, 240],
  ] as const) {
    const counts = new TokenCounts(share);
    flood(counts, 'w', length);
    expect(counts.size).toBeLessThanOrEqual(416 * share);
    expect(counts.add('x:/usr/bin/nc', 1)).toBe(true);
    expect(counts.add('c:10.0.3.0/24:4444', 1)).toBe(true);
    flood(counts, 'a', length);
    expect(counts.add('s:ptrace', 1)).toBe(true);
  }
});

it('is bounded by characters too, and the same when it is made anew of what it holds', () => {
  const counts = new TokenCounts(4);
  for (const letter of 'rxwam') flood(counts, letter, 200);
  const kept = [...counts];
  expect(kept.reduce((sum, [token]) => sum + token.length, 0)).toBeLessThanOrEqual(4 * 32 * 1024);
  const again = new TokenCounts(4);
  for (const [token, count] of kept) expect(again.add(token, count)).toBe(true);
  expect([...again]).toEqual(kept);
  for (const one of [counts, again]) expect(one.add('r:/another', 1)).toBe(false);
});
