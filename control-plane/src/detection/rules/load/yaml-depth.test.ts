import { describe, expect, it } from 'vitest';
import { loadRules } from './load-rules.ts';
import { MAX_DEPTH, tooDeepAt } from './yaml-depth.ts';

describe('tooDeepAt', () => {
  it.each([
    ['brackets', '- ', '['],
    ['braces', '- a: ', '{x: '],
  ])('finds the first of too many %s', (_, begin, sign) => {
    expect(tooDeepAt(`${begin}${sign.repeat(MAX_DEPTH)}`)).toBeUndefined();
    expect(tooDeepAt(`${begin}${sign.repeat(MAX_DEPTH + 5)}`)).toBe(begin.length + MAX_DEPTH * sign.length);
  });

  it('does not count what is text, or closed again', () => {
    const many = MAX_DEPTH * 2;
    expect(tooDeepAt(`- "${'['.repeat(many)}"\n- '${'{'.repeat(many)}'\n# ${'['.repeat(many)}\n`)).toBeUndefined();
    expect(tooDeepAt(`- |\n  ${'[\n  '.repeat(many)}\n`)).toBeUndefined();
    expect(tooDeepAt('- [a, {b: c}]\n'.repeat(many))).toBeUndefined();
  });
});

it.each([
  ['brackets', `- list: l\n  items: ${'['.repeat(10_000)}`, 2, 10 + MAX_DEPTH],
  ['lists on one line', '- '.repeat(10_000), 1, undefined],
])('a file of nested %s is refused at a place, in words', (_, text, line, column) => {
  const { problems } = loadRules([{ name: 'a.yaml', text }]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'RULE_SYNTAX', line, message: expect.stringContaining('nested') });
  if (column) expect(problems[0]?.column).toBe(column);
});
