import { ControlPlaneError } from '../errors.ts';

/** Where a page ended: the sort key and the id of its last row. */
export interface PagePosition {
  readonly at: number;
  readonly id: string;
}

/** A position as an opaque word for the reader. */
export const encodePosition = ({ at, id }: PagePosition): string =>
  Buffer.from(`${at}:${id}`, 'utf8').toString('base64url');

/** @throws ControlPlaneError REQUEST_INVALID when the word was not made by `encodePosition` */
export function decodePosition(word: string): PagePosition {
  const parts = /^(\d{1,16}):([\w.:-]{1,100})$/.exec(Buffer.from(word, 'base64url').toString('utf8'));
  const at = Number(parts?.[1]);
  if (!parts?.[2] || !Number.isSafeInteger(at))
    throw new ControlPlaneError(
      'REQUEST_INVALID',
      'the cursor is not one that a list gave: take `next` of a page as it is',
    );
  return { at, id: parts[2] };
}

/** Cuts the one row that was read too much, to know whether there is another page. */
export function cutPage<T>(
  rows: T[],
  limit: number,
  positionOf: (row: T) => PagePosition,
): { rows: T[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? encodePosition(positionOf(last)) : null };
}
