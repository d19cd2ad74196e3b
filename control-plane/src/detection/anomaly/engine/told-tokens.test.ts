import { expect, it } from 'vitest';
import { ToldTokens } from './told-tokens.ts';

const HOUR = 3_600_000;

it('makes what was told no news for an hour', () => {
  const told = new ToldTokens();
  told.add(['x:/bin/nc'], 1000);
  expect([...told.news(['x:/bin/nc', 'x:/bin/id'], 2000)]).toEqual(['x:/bin/id']);
  expect([...told.again(['x:/bin/nc', 'x:/bin/id'], 2000)]).toEqual(['x:/bin/nc']);
  expect([...told.news(['x:/bin/nc'], 1001 + HOUR)]).toEqual(['x:/bin/nc']);
  expect([...told.again(['x:/bin/nc'], 1001 + HOUR)]).toEqual([]);
  const again = new ToldTokens(told.saved());
  expect([...again.news(['x:/bin/nc'], 2000)]).toEqual([]);
});

it('is bounded: what was told the longest ago is news again', () => {
  const told = new ToldTokens();
  for (let i = 0; i < 1000; i++) told.add([`x:/bin/${i}`], i);
  expect(told.saved()).toHaveLength(512);
  expect([...told.news(['x:/bin/0', 'x:/bin/999'], 1000)]).toEqual(['x:/bin/0']);
});
