import { describe, expect, it } from 'vitest';
import { visibleJson, visibleParts, visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['newline and friends', 'a\nb\rc\td\0', 'a\\nb\\rc\\td\\0'],
    ['terminal escapes', '\u001b[31m\u0007\u009b', '\\x1b[31m\\x07\\x9b'],
    ['bidirectional overrides', 'exe\u202etxt\u2066', 'exe\\u202etxt\\u2066'],
    ['zero widths and fillers', 'a\u200bb\u00adc\ufeffd\u3164', 'a\\u200bb\\xadc\\ufeffd\\u3164'],
    ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['tag characters beyond the first plane', '\u{e0041}', '\\u{e0041}'],
    ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
  ])('spells out %s', (_name, text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });

  it('leaves what can be seen alone', () => {
    const text = 'rm -rf / && echo "<b>&amp;</b>" \\x1b 日本語 é 😀';
    expect(visibleText(text)).toBe(text);
  });
});

describe('visibleParts', () => {
  it('marks exactly what was spelled out', () => {
    expect(visibleParts('\u001ba\n')).toEqual([
      { text: '\\x1b', escaped: true },
      { text: 'a', escaped: false },
      { text: '\\n', escaped: true },
    ]);
    expect(visibleParts('plain')).toEqual([{ text: 'plain', escaped: false }]);
    expect(visibleParts('')).toEqual([]);
  });

  it('joins to the visible text', () => {
    const text = 'x\u202e\u202ey\u200b';
    const joined = visibleParts(text).map((part) => part.text);
    expect(joined.join('')).toBe(visibleText(text));
  });
});

describe('visibleJson', () => {
  it('stays the same JSON and hides nothing', () => {
    const value = { a: 'x\u202ey\u001b\u2028\u{e0041}', list: [1, null], 'k\u200b': true };
    const json = visibleJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json.replaceAll('\n', '')).toBe(visibleText(json.replaceAll('\n', '')));
    expect(json).toContain('x\\u202ey\\u001b\\u2028\\udb40\\udc41');
  });

  it('has an answer for what JSON has not', () => {
    expect(visibleJson(undefined)).toBe('null');
  });
});
