import type { Alert } from '@picket/sdk';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useLiveAlerts, useLiveSnapshot } from '../api/live-context.tsx';
import { type AlertFilter, filterQuery, matchesFilter } from './filter.ts';
import { mergeAlerts } from './merge-alerts.ts';

const PAGE = 50;

export interface AlertList {
  readonly shown: readonly Alert[];
  /** Live alerts that match the filter and are held back. */
  readonly held: number;
  /** True when there may be more than `held`. */
  readonly overflow: boolean;
  /** True while the first page for this filter is not there yet. */
  readonly loading: boolean;
  readonly error: Error | null;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly loadMore: () => void;
  readonly reload: () => void;
}

/** The alerts of a filter: pages from the API with the live ones on top. */
export function useAlertList(filter: AlertFilter): AlertList {
  const live = useLiveSnapshot();
  const query = useInfiniteQuery({
    queryKey: [...keys.alerts, filterQuery(filter)],
    queryFn: ({ pageParam, signal }) =>
      client.alerts.list({ ...filterQuery(filter), limit: PAGE, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const more = query.hasNextPage;
  const stream = useLiveAlerts();
  const position = query.data?.pages[0]?.position;
  useEffect(() => {
    if (position !== undefined) stream.start(position);
  }, [stream, position]);
  const merged = useMemo(() => {
    // Rows of the filter before stay on screen while the new page loads, but only those that still match.
    const loaded = (query.data?.pages ?? []).flatMap((page) => page.items);
    return mergeAlerts({
      loaded: query.isPlaceholderData ? loaded.filter((alert) => matchesFilter(alert, filter)) : loaded,
      received: [...live.received.values()].filter(({ alert }) => matchesFilter(alert, filter)),
      limit: live.limit,
      more,
    });
  }, [query.data, query.isPlaceholderData, live.received, live.limit, filter, more]);
  return {
    ...merged,
    overflow: live.overflow > 0,
    loading: query.isPending || query.isPlaceholderData,
    error: query.error,
    more,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    reload: () => void query.refetch(),
  };
}
