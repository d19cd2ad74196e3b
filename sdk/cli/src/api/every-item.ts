import type { Page } from '@picket/sdk/client';

/** As many as the server gives at once. */
export const PAGE = 200;

/**
 * All items of a list, page by page.
 * @param get one page; the first one without a cursor
 */
export async function* everyItem<T>(
  get: (query: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): AsyncGenerator<T, void> {
  let cursor: string | undefined;
  do {
    const page = await get({ limit: PAGE, cursor });
    yield* page.items;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}
