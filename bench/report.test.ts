import { describe, expect, it } from 'vitest';
import { fillIn, formatTable, markdownTable } from './report.ts';

const TABLE = [
  ['map', 'ns'],
  ['hash', 23.5],
  ['array', 8],
];

describe('tables', () => {
  it('puts words to the left and numbers to the right', () => {
    expect(formatTable(TABLE)).toBe('map      ns\nhash   23.5\narray     8');
  });

  it('makes Markdown', () => {
    expect(markdownTable(TABLE)).toBe('| map | ns |\n| --- | --- |\n| hash | 23.5 |\n| array | 8 |');
  });
});

describe('fillIn', () => {
  const document = 'before\n<!-- generated: a -->\nold\nolder\n<!-- end of a -->\nafter\n';

  it('replaces what is between the marks, and only that, however often', () => {
    const once = fillIn(document, 'a', 'new');
    expect(once).toBe('before\n<!-- generated: a -->\nnew\n<!-- end of a -->\nafter\n');
    expect(fillIn(once, 'a', 'new')).toBe(once);
  });

  it('tells of marks that are missing or the wrong way round', () => {
    expect(() => fillIn(document, 'b', 'new')).toThrow('"<!-- generated: b -->"');
    expect(() => fillIn('<!-- end of a --><!-- generated: a -->', 'a', 'new')).toThrow('put them in');
  });
});
