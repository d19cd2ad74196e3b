import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scalarTable } from './scalar-table.ts';
import { bytesText, countText, secondsText, shareText } from './scalar-text.ts';
import { SCALARS, Scalar } from './scalars.ts';

const PAGE = new URL('../../../../../docs/behaviour-features.md', import.meta.url);

describe('scalars', () => {
  it('have names of their own, and places in that order', () => {
    expect(new Set(SCALARS.map(({ name }) => name)).size).toBe(SCALARS.length);
    SCALARS.forEach(({ name }, at) => {
      expect(Scalar[name as keyof typeof Scalar]).toBe(at);
    });
  });

  it('stand in the handbook; when this fails, put the printed table there', () => {
    expect(readFileSync(PAGE, 'utf8')).toContain(scalarTable());
  });

  it('are written as people write numbers', () => {
    expect([0, 9_999, 12_345, 2_500_000].map(countText)).toEqual(['0', '9999', '12.3 thousand', '2.5 million']);
    expect([0, 999, 1500, 48_000_000, 999_600].map(bytesText)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.5 KB',
      '48 MB',
      '1 MB',
    ]);
    expect([0.0123, 2.5].map(secondsText)).toEqual(['12.3 ms', '2.5 s']);
    expect(shareText(0.256)).toBe('26 %');
  });
});
