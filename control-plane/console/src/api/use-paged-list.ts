import type { Page } from '@picket/sdk/client';
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { isFinal } from './request-errors.ts';

/** How often numbers and stages are asked for anew, ms. Events change them all the time, people rarely. */
export const RENEW_MS = 5000;
/** The same for lists. */
export const LIST_MS = 15_000;
const PAGE = 25;

/** Asks again at this pace, sooner after a failure, and not when the server has refused for good. */
export const every =
  (ms: number) =>
  ({ state: { error } }: { readonly state: { readonly error: Error | null } }): number | false =>
    isFinal(error) ? false : error ? Math.min(ms, RENEW_MS) : ms;

export interface PagedList<T> {
  readonly items: readonly T[];
  readonly loading: boolean;
  readonly error: Error | null;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

type ReadPage<T> = (
  query: { readonly cursor?: string; readonly limit: number },
  signal: AbortSignal,
) => Promise<Page<T>>;

/** Pages of a list, renewed from time to time. */
export function usePagedList<T>(queryKey: QueryKey, read: ReadPage<T>, interval: number): PagedList<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read({ limit: PAGE, ...(pageParam && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: every(interval),
  });
  return {
    items: (query.data?.pages ?? []).flatMap((page) => page.items),
    loading: query.isPending,
    error: query.error,
    more: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
  };
}
