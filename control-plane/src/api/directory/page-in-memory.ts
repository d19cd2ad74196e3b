import { ControlPlaneError } from '../../errors.ts';
import type { StorePage } from '../stores.ts';

/** A page of a list that is in memory, in the order of its keys. Keys must differ from one another. */
export function pageInMemory<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  cursor: string | undefined,
): StorePage<T> {
  const after = cursor === undefined ? '' : keyFrom(cursor);
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  const next = last && sorted.length > limit ? Buffer.from(`=${last.key}`, 'utf8').toString('base64url') : null;
  return { items: page.map(({ item }) => item), next };
}

function keyFrom(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text.startsWith('=')) return text.slice(1);
  throw new ControlPlaneError(
    'REQUEST_INVALID',
    'the cursor is not one that a list gave: take `next` of a page as it is',
  );
}
