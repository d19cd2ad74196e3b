import { expect, it } from 'vitest';
import { PathInterner } from './path-interner.ts';

const options = { maxEntries: 8, maxBytes: 256, seed: 1 };
const wordsOf = (path: string): [Uint32Array, number] => {
  const bytes = new TextEncoder().encode(path);
  // rubbish behind the path must not count
  const padded = new Uint8Array(((bytes.length + 7) >> 2) << 2).fill(0xaa);
  padded.set(bytes);
  return [new Uint32Array(padded.buffer), bytes.length];
};
const find = (paths: PathInterner, path: string, access = 1) => {
  const [words, length] = wordsOf(path);
  return paths.find(words, 0, length, access);
};

it('gives equal pairs of path and access one entry and others another', () => {
  const paths = new PathInterner({ ...options, maxEntries: 64, maxBytes: 4096 });
  const all = ['', '/', '/a', '/ab', '/abc', '/abcd', '/abce', '/abcd\0', 'é', '/a'.repeat(50)];
  const entries = all.map((path) => find(paths, path));
  expect(new Set(entries).size).toBe(all.length);
  expect(all.map((path) => find(paths, path))).toEqual(entries);
  expect(find(paths, '/abc', 2)).not.toBe(find(paths, '/abc', 1));
});

it('forgets everything when it is full, by entries or by bytes', () => {
  const paths = new PathInterner(options);
  for (let i = 0; i < 8; i++) {
    const entry = find(paths, `/p${i}`);
    paths.setVerdict(entry, 7);
  }
  expect(paths.clears).toBe(0);
  const entry = find(paths, '/one too many');
  expect(paths.clears).toBe(1);
  expect(paths.verdict(entry)).toBe(0);
  expect(paths.entries).toBe(1);
  find(paths, '/'.padEnd(200, 'x'));
  find(paths, '/'.padEnd(200, 'y'));
  expect(paths.clears).toBe(2);
});

it('can not keep a path that is longer than its memory, and says so', () => {
  const paths = new PathInterner(options);
  expect(find(paths, '/'.padEnd(400, 'x'))).toBe(-1);
  expect(find(paths, '/short')).toBeGreaterThanOrEqual(0);
});
