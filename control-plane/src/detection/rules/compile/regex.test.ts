import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { compileRegex } from './regex.ts';
import { regexLiterals } from './regex-literals.ts';

describe('regex', () => {
  it.each([
    ['[a-z]*/proc/[0-9]+/cmdline', '/proc/12/cmdline', true],
    ['[a-z]*/proc/[0-9]+/cmdline', '/proc/12/cmdline2', false],
    ['[a-z]*/proc/[0-9]+/cmdline', '1/proc/12/cmdline', false],
    ['^/etc/.*$', '/etc/x', true],
    ['/etc', '/etc/x', false],
    ['a|ab', 'ab', true],
    ['(?i)/etc/PASSWD', '/ETC/passwd', true],
    ['/tmp/.{3}', '/tmp/\u00e9\u{1f600}x', true],
    ['/tmp/a.b', '/tmp/a\nb', false],
    ['(?s)/tmp/a.b', '/tmp/a\nb', true],
    ['[[:alpha:]]+', 'abc', true],
    ['\\d+\\.\\w', '12.x', true],
  ])('%s on %j: %s', (pattern, text, is) => {
    expect(compileRegex(pattern).matches(text)).toBe(is);
  });

  it.each([
    ['', '1 to 1000 characters'],
    ['a'.repeat(1001), '1 to 1000 characters'],
    ['(a', 'no RE2 pattern'],
    ['(?=a)b', 'no RE2 pattern'],
    ['(a)\\1', 'no RE2 pattern'],
    ['(a{1000}){1000}', 'no RE2 pattern'],
    ['.{900}.{200}', 'repeats too much'],
  ])('refuses %j', (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(RangeError);
    expect(() => compileRegex(pattern)).toThrow(message);
  });

  it('is not stopped by a text made for it', () => {
    expect(compileRegex('(a+)+b').matches('a'.repeat(20_000))).toBe(false);
    expect(compileRegex('(.*)(.*)(.*)(.*)(.*)x').matches('y'.repeat(20_000))).toBe(false);
  });
});

describe('literals of a pattern', () => {
  it.each([
    ['/etc/passwd', '/etc/passwd', ''],
    ['^/etc/.*\\.conf$', '/etc/', '.conf'],
    ['/home/[^/]+/\\.ssh/.*', '/home/', '/.ssh/'],
    ['/etc/ab*c', '/etc/a', 'c'],
    ['ab{2,3}cde', 'a', 'cde'],
    ['(a|b)/known', '', '/known'],
    ['x(a(b|c)[)]d)?/known', 'x', '/known'],
    ['[]a]b', '', 'b'],
    ['[[:alpha:]]+/x', '', '/x'],
    ['a|b', '', ''],
    ['(?i)abc', '', ''],
    ['\\Qa.b\\E', '', ''],
    ['a\\x41b', '', ''],
    ['ab\\pL', '', ''],
    ['a+', '', ''],
    ['\u{1f600}*x', '', 'x'],
  ])('of %s', (pattern, start, inner) => {
    expect(regexLiterals(pattern)).toEqual({ start, inner });
  });

  it('never rule out what the engine accepts', () => {
    let seed = 99;
    const below = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >> 8) % n;
    };
    const PIECES = [
      'a',
      'b',
      '/',
      '\\.',
      '.',
      '[ab]',
      '[^a]',
      '(a|b)',
      '(ab)?',
      '*',
      '+',
      '?',
      '{2}',
      '{0,1}',
      '|',
      '^',
      '$',
    ];
    PIECES.push('\\d', '(?:a)', '(?i)', '\\Qa*\\E', '\\x61', '{', '}', 'B');
    const TEXTS = ['a', 'b', '/', '.', 'A', '1', '*', '{', '}'];
    let accepted = 0;
    for (let i = 0; i < 1500; i++) {
      const pattern = Array.from({ length: 1 + below(6) }, () => PIECES[below(PIECES.length)]).join('');
      let engine: RE2JS;
      try {
        engine = RE2JS.compile(pattern);
      } catch {
        continue;
      }
      const compiled = compileRegex(pattern);
      for (let j = 0; j < 20; j++) {
        const text = Array.from({ length: below(5) }, () => TEXTS[below(TEXTS.length)]).join('');
        if (!engine.testExact(text)) continue;
        accepted++;
        expect(compiled.matches(text), `${pattern} on ${text}`).toBe(true);
      }
    }
    expect(accepted).toBeGreaterThan(500);
  });
});
