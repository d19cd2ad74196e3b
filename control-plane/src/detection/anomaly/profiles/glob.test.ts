import { expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

it.each([
  ['x:/usr/bin/*', 'x:/usr/bin/ls', true],
  ['x:/usr/bin/*', 'x:/usr/bin/a/b', false],
  ['x:/usr/bin/*', 'x:/usr/bin/', true],
  ['x:/usr/**', 'x:/usr/bin/a/b', true],
  ['x:**.sh', 'x:/a/b.sh', true],
  ['x:**.sh', 'x:/a/b.sh2', false],
  ['c:*.example.org:443', 'c:a.b.example.org:443', true],
  ['a+b.(c)', 'a+b.(c)', true],
  ['a+b.(c)', 'aab.(c)', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
  ['**', '', true],
  ['', '', true],
  ['', 'a', false],
])('%s and %s: %s', (pattern, text, matches) => {
  expect(compileGlob(pattern).test(text)).toBe(matches);
});

it('does not care how many stars there are', () => {
  const glob = compileGlob(`${'**a'.repeat(80)}b`);
  expect(glob.test('a'.repeat(256))).toBe(false);
  expect(glob.test(`${'a'.repeat(255)}b`)).toBe(true);
});
