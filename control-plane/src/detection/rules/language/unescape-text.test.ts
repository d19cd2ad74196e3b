import { describe, expect, it } from 'vitest';
import { unescapeText } from './unescape-text.ts';

describe('unescapeText', () => {
  it.each([
    ['plain', '"', 'plain'],
    ['a\\nb\\tc\\rd\\be\\ff', '"', 'a\nb\tc\rd\be\ff'],
    ['say \\"hi\\"', '"', 'say "hi"'],
    ["it\\'s", "'", "it's"],
    ["it\\'s", '"', "it\\'s"],
    ['a\\\\nb', '"', 'a\\nb'],
    ['\\/etc', '"', '/etc'],
    ['\\.ssh\\d+\\*', '"', '\\.ssh\\d+\\*'],
    ['\\x41\\x2f', '"', 'A/'],
    ['\\xc3\\xa9!', '"', '\u00e9!'],
    ['\\xff', '"', '\ufffd'],
    ['\\x4', '"', '\\x4'],
    ['\\x{41}', '"', '\\x{41}'],
    ['end\\', '"', 'end\\'],
  ])('reads %j in %s', (inner, quote, text) => {
    expect(unescapeText(inner, quote)).toBe(text);
  });
});
