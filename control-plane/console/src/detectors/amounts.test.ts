import { expect, it } from 'vitest';
import { shortBytes, shortCount, shortTime, sumOf } from './amounts.ts';

it('shortens what is large, and keeps the unit', () => {
  expect([0, 999, 12_345, 2_000_000].map((n) => shortCount(n, 'en'))).toEqual(['0', '999', '12.3K', '2M']);
  expect([0, 812, 3_440, 25_600, 1e6, 2.5e9].map((ns) => shortTime(ns, 'en'))).toEqual([
    ...['0 ns', '812 ns', '3.4 µs', '26 µs', '1 ms', '2.5 s'],
  ]);
  expect([0, 1023, 65_536, 1.5 * 1024 * 1024].map((n) => shortBytes(n, 'en'))).toEqual([
    ...['0 B', '1,023 B', '64 KiB', '1.5 MiB'],
  ]);
  expect(sumOf({})).toBe(0);
  expect(sumOf({ queue: 2, fuel: 3 })).toBe(5);
});
