import { expect, it } from 'vitest';
import { compilePathPrefixes } from './path-prefixes.ts';

it.each([
  [['/etc'], '/etc', true],
  [['/etc'], '/etc/passwd', true],
  [['/etc'], '/etcetera', false],
  [['/etc'], '/et', false],
  [['/etc'], '/', false],
  [['/etc'], '', false],
  [['/etc/'], '/etc/passwd', true],
  [['/var/run'], '/var/running', false],
  [['/var/run', '/var/run/x', '/usr'], '/var/run/y', true],
  [['/'], '/anything', true],
  [['/home/*/.ssh'], '/home/bob/.ssh/id_rsa', true],
  [['/home/*/.ssh'], '/home/a/b/.ssh', false],
  [['/home/*/.ssh'], '/home/bob', false],
  [['/var/log', '/var/tmp'], '/var/lib', false],
  [['/etc'], '//etc///passwd', true],
  [[], '/etc', false],
  [['/a'], '/a', true],
  [['/a'], '/ab', false],
])('%j on %s gives %s', (prefixes, path, matches) => {
  expect(compilePathPrefixes(prefixes)(path)).toBe(matches);
});
