import { describe, expect, it } from 'vitest';
import { tokenize } from './tokens.ts';

/** Sources write @{ for the opening of a substitution, which the linter would take for a mistake. */
const read = (source: string) => tokenize(source.replaceAll('@{', '$' + '{'));
const texts = (source: string) => read(source).map((token) => token.text);

describe('tokenize', () => {
  it('leaves out comments, numbers and templates, and keeps what templates substitute', () => {
    expect(texts('a /* b */ = 1.5e3 // c\n + "d"')).toEqual(['a', '=', '+', 'd']);
    expect(texts('`import @{a + `@{{ b: c }.b}`} "x"` + d')).toEqual([
      'a',
      '+',
      '{',
      'b',
      ':',
      'c',
      '}',
      '.',
      'b',
      '+',
      'd',
    ]);
    expect(texts('`a \\` $ b` + c')).toEqual(['+', 'c']);
  });

  it('keeps strings whole, with what looks like a comment in them', () => {
    expect(tokenize(`x = 'it\\'s // "so"';`).map(({ type, text }) => [type, text])).toEqual([
      ['word', 'x'],
      ['mark', '='],
      ['string', `it\\'s // "so"`],
      ['mark', ';'],
    ]);
  });

  it('tells a regular expression from a division', () => {
    expect(texts(`a = /['"]/g.test(b) ? c / d : e / 'f'`)).toEqual([
      'a',
      '=',
      '.',
      'test',
      '(',
      'b',
      ')',
      '?',
      'c',
      '/',
      'd',
      ':',
      'e',
      '/',
      'f',
    ]);
    expect(texts("return /[/']/.x")).toEqual(['return', '.', 'x']);
  });

  it('takes an apostrophe in the text of a page for itself', () => {
    expect(texts(`<p>Don't</p>;\nimport 'x'`)).toEqual([
      '<',
      'p',
      '>',
      'Don',
      "'",
      't',
      '<',
      '/',
      'p',
      '>',
      ';',
      'import',
      'x',
    ]);
  });

  it('counts lines', () => {
    expect(read('a\n/*\n*/ b\n`\n@{c}\n` + d').map(({ text, line }) => `${text}${line}`)).toEqual([
      'a1',
      'b3',
      'c5',
      '+6',
      'd6',
    ]);
  });
});
