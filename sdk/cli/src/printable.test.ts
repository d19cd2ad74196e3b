import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('shows control characters as escapes and leaves other text alone', () => {
  expect(printable('ls \x1b[31m\x07\n\t\u009b2J')).toBe('ls \\x1b[31m\\x07\\x0a\\x09\\x9b2J');
  expect(printable('größe 例 🎯')).toBe('größe 例 🎯');
});

it('shows what would turn the direction of the line', () => {
  expect(printable('a\u202egpj.exe\u2066')).toBe('a\\u202egpj.exe\\u2066');
});
