import type { Page } from '@picket/sdk/client';
import type { PageWanted } from '../../api/backtests/backtest-lifecycle.ts';
import { ControlPlaneError } from '../../errors.ts';

/**
 * A page of a short list, behind the item with the id that the cursor names.
 * @throws ControlPlaneError REQUEST_INVALID for a made-up cursor, or one whose item is gone
 */
export function pageOf<T extends { readonly id: string }>(items: readonly T[], { limit, cursor }: PageWanted): Page<T> {
  const start = cursor === undefined ? 0 : items.findIndex(({ id }) => id === cursor) + 1;
  if (cursor !== undefined && start === 0)
    throw new ControlPlaneError(
      'REQUEST_INVALID',
      'the cursor is not one that a list gave, or what it names was deleted: read the list from its beginning',
    );
  const page = items.slice(start, start + limit);
  return { items: page, next: start + limit < items.length ? (page.at(-1)?.id ?? null) : null };
}
