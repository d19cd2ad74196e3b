import { expect, test } from 'vitest';
import { MAX_TEXT, MAX_TOKENS } from './token-book.ts';
import { withKnown } from './with-known.ts';

const all = { windows: 100, groups: 4 };
const known = (tokens: readonly { token: string; windows: number; runs: number }[]) => ({
  windows: 1000,
  runs: 8,
  tokens,
});

test('what the sample missed is there by its share of all windows, what it shows stays', () => {
  const seen = new Map([['x:/b', { windows: 50, groups: 4 }]]);
  const found = withKnown(
    seen,
    all,
    known([
      { token: 'x:/once', windows: 1, runs: 1 },
      { token: 'x:/b', windows: 200, runs: 2 },
      { token: 'x:/a', windows: 30, runs: 8 },
    ]),
  );
  expect([...found]).toEqual([
    ['x:/a', { windows: 3, groups: 4 }],
    ['x:/b', { windows: 50, groups: 4 }],
    ['x:/once', { windows: 1, groups: 1 }],
  ]);
});

test('there are never more than there is room for, and no count is above that of the sample', () => {
  const many = Array.from({ length: 2 * MAX_TOKENS }, (_, i) => ({ token: `w:/${i}`, windows: 5000, runs: 90 }));
  const found = withKnown(new Map(), all, known(many));
  expect(found.size).toBe(MAX_TOKENS);
  expect(new Set([...found.values()].map(({ windows, groups }) => `${windows} ${groups}`))).toEqual(new Set(['100 4']));
  const long = Array.from({ length: 200 }, (_, i) => ({ token: `w:/${i}${'y'.repeat(1000)}`, windows: 5, runs: 1 }));
  const text = [...withKnown(new Map(), all, known(long)).keys()].join('');
  expect(text.length).toBeLessThanOrEqual(MAX_TEXT);
});

test('a sample of nothing knows nothing', () => {
  expect(withKnown(new Map(), { windows: 0, groups: 0 }, known([{ token: 'x:/a', windows: 1, runs: 1 }])).size).toBe(0);
});
