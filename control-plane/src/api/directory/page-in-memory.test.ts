import { expect, test } from 'vitest';
import { pageInMemory } from './page-in-memory.ts';

const self = (text: string) => text;

test('every item comes once, in the order of the keys, also when the list changes between pages', () => {
  const first = pageInMemory(['d', 'b', 'a', 'c'], self, 2, undefined);
  expect(first.items).toEqual(['a', 'b']);
  const second = pageInMemory(['d', 'aa', 'c', 'e'], self, 2, first.next ?? '');
  expect(second.items).toEqual(['c', 'd']);
  expect(pageInMemory(['d', 'e'], self, 2, second.next ?? '')).toEqual({ items: ['e'], next: null });
});

test('an exact last page has no next one, and an empty list no page at all', () => {
  expect(pageInMemory(['a', 'b'], self, 2, undefined).next).toBeNull();
  expect(pageInMemory([], self, 2, undefined)).toEqual({ items: [], next: null });
});

test.each(['', 'abc', '!!'])('a cursor nobody gave is refused: %j', (cursor) => {
  expect(() => pageInMemory(['a'], self, 2, cursor)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
});
