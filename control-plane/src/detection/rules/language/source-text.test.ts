import { describe, expect, it } from 'vitest';
import { isScalar, LineCounter, parseDocument } from 'yaml';
import { SourceText } from './source-text.ts';

/** The place of the letter X in the value of `a`, as line:column. */
function placeOf(yaml: string): string {
  const lines = new LineCounter();
  const node = parseDocument(yaml, { lineCounter: lines }).get('a', true);
  if (!isScalar(node)) throw new Error('there is no value');
  const source = SourceText.fromScalar(node, 'f', yaml, lines);
  const { line, column } = source.locate(source.text.indexOf('X'));
  return `${line}:${column}`;
}

describe('a place in a YAML text', () => {
  it.each([
    ['plain', 'a: bc X\n', '1:7'],
    ['plain on two lines', 'a: bc\n   d\n\n   X\n', '4:4'],
    ['folded', 'a: >\n  bc\n  d X\n', '3:5'],
    ['literal with blank lines', 'a: |-\n    bc\n\n\n     X\n', '5:6'],
    ['folded with CRLF', 'a: >\r\n  bc\r\n  X\r\n', '3:3'],
    ['single quotes', "a: 'it''s ''X'''\n", '1:13'],
    ['double quotes', 'a: "b X"\n', '1:7'],
    ['escapes', 'a: "\\u00e4\\x41\\"\\\\X"\n', '1:19'],
    ['an escape of two units', 'a: "\\U0001F600X"\n', '1:15'],
    ['escaped blanks', 'a: "b\\n\\t \\x20n\\\n   X"\n', '2:4'],
    ['the letter of an escape before', 'a: "b\\nnX"\n', '1:9'],
    ['an escaped letter', 'a: "\\u0058"\n', '1:5'],
  ])('%s', (_, yaml, expected) => {
    expect(placeOf(yaml)).toBe(expected);
  });
});
