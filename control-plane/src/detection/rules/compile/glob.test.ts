import { expect, it } from 'vitest';
import { compileGlob } from './glob.ts';

it.each([
  ['*', '', true],
  ['*', 'anything/at all', true],
  ['', '', true],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['abc', 'abcd', false],
  ['a*', 'a', true],
  ['a*', 'ba', false],
  ['*a', 'ba', true],
  ['*a', 'ab', false],
  ['a*b*c', 'aXbYc', true],
  ['a*b*c', 'abcb', false],
  ['a*bc*bc', 'abc', false],
  ['a*bc*bc', 'abcbc', true],
  ['*aa*a', 'aaa', true],
  ['*aa*aa', 'aaa', false],
  ['?', 'x', true],
  ['?', '', false],
  ['a?c', 'a/c', true],
  ['/home/*/.ssh/*', '/home/bob/.ssh/id', true],
  ['/home/*/.ssh/*', '/home/a/b/.ssh/c/d', true],
  ['/home/*/.ssh/*', '/home/.ssh/id', false],
  ['/proc/[0-9]*/environ', '/proc/12/environ', true],
  ['/proc/[0-9]*/environ', '/proc/self/environ', false],
  ['[!a-c]x', 'dx', true],
  ['[^a-c]x', 'bx', false],
  ['[]a]', ']', true],
  ['[a-]', '-', true],
  ['[a', '[a', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['[\\]]', ']', true],
  ['x\\', 'x\\', true],
  ['*[0-9]?z', 'ab1yz', true],
  ['**a**', 'xay', true],
])('glob %s on %j gives %s', (pattern, text, matches) => {
  expect(compileGlob(pattern)(text)).toBe(matches);
});

it('can ignore case', () => {
  expect(compileGlob('*.SSH/[a-z]*', true)('/root/.ssh/ID')).toBe(true);
});

it('agrees with a slow and simple matcher on random patterns', () => {
  const slow = (p: string, t: string): boolean => {
    if (p === '') return t === '';
    if (p[0] === '*') return slow(p.slice(1), t) || (t !== '' && slow(p, t.slice(1)));
    return t !== '' && (p[0] === '?' || p[0] === t[0]) && slow(p.slice(1), t.slice(1));
  };
  let seed = 7;
  const random = (n: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 16) % n;
  };
  const word = (letters: string, n: number) =>
    Array.from({ length: random(n) }, () => letters[random(letters.length)]).join('');
  for (let i = 0; i < 20_000; i++) {
    const pattern = word('ab*?', 8);
    const text = word('ab', 10);
    expect([pattern, text, compileGlob(pattern)(text)]).toEqual([pattern, text, slow(pattern, text)]);
  }
});

it('does not blow up on patterns made for it', () => {
  const matches = compileGlob(`${'*a'.repeat(200)}?b`);
  expect(matches('a'.repeat(20_000))).toBe(false);
});
