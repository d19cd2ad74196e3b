import type {
  Backtest,
  BacktestInfo,
  DetectorFindingInfo,
  DetectorInfo,
  DetectorStatsList,
  DetectorVersionInfo,
  Page,
} from '@picket/sdk/client';
import { type QueryKey, type UseQueryResult, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { isFinal } from '../api/request-errors.ts';
import { addLines, type LogRead, NOTHING_READ } from './log-lines.ts';

/** How often numbers and stages are asked for anew, ms. Events change them all the time, people rarely. */
const RENEW_MS = 5000;
export const LIST_MS = 15_000;
const PAGE = 25;
/** Lines of one answer, and answers that are read at once. */
const LOG_LINES = 200;
const LOG_ROUNDS = 10;
/** The server keeps as many. */
const BACKTESTS = 200;

/** Asks again at this pace, sooner after a failure, and not when the server has refused for good. */
const every =
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
function usePagedList<T>(queryKey: QueryKey, read: ReadPage<T>, interval: number): PagedList<T> {
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

/** The detectors by name. */
export const useDetectorList = (): PagedList<DetectorInfo> =>
  usePagedList(keys.detectors, (query, signal) => client.detectors.list(query, { signal }), LIST_MS);

export const useDetector = (name: string): UseQueryResult<DetectorInfo> =>
  useQuery({
    queryKey: keys.detector(name),
    queryFn: ({ signal }) => client.detectors.get(name, { signal }),
    refetchInterval: every(RENEW_MS),
  });

/**
 * How the versions of a detector fare.
 * @param running false when none is in a stage: nothing is asked then
 * @param ms how often it is asked for anew
 */
export const useDetectorStats = (name: string, running: boolean, ms = RENEW_MS): UseQueryResult<DetectorStatsList> =>
  useQuery({
    queryKey: [...keys.detector(name), 'stats'],
    queryFn: ({ signal }) => client.detectors.stats(name, { signal }),
    refetchInterval: every(ms),
    enabled: running,
  });

/** The newest version first. */
export const useVersions = (name: string): PagedList<DetectorVersionInfo> =>
  usePagedList(
    [...keys.detector(name), 'versions'],
    (query, signal) => client.detectors.versions.list(name, query, { signal }),
    LIST_MS,
  );

/** Recorded findings, the newest first. */
export const useFindings = (name: string): PagedList<DetectorFindingInfo> =>
  usePagedList(
    [...keys.detector(name), 'findings'],
    (query, signal) => client.detectors.findings(name, query, { signal }),
    RENEW_MS,
  );

/** The log, read on from where it was read to. */
export function useDetectorLog(name: string): UseQueryResult<LogRead> {
  const queries = useQueryClient();
  const queryKey = [...keys.detector(name), 'log'];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      let read = queries.getQueryData<LogRead>(queryKey) ?? NOTHING_READ;
      for (let round = 0; round < LOG_ROUNDS; round++) {
        const answer = await client.detectors.logs(name, { after: read.next, limit: LOG_LINES }, { signal });
        read = addLines(read, answer);
        if (answer.items.length < LOG_LINES) break;
      }
      return read;
    },
    refetchInterval: every(RENEW_MS),
  });
}

/** One that tries a detector, not rules. */
export interface DetectorBacktest extends BacktestInfo {
  readonly subject: Extract<BacktestInfo['subject'], { kind: 'detector' }>;
}

/** The kept backtests of a detector, the newest first. */
export const useBacktests = (name: string): UseQueryResult<DetectorBacktest[]> =>
  useQuery({
    queryKey: keys.backtests,
    queryFn: ({ signal }) => client.backtests.list({ limit: BACKTESTS }, { signal }),
    select: ({ items }) =>
      items.filter((one): one is DetectorBacktest => one.subject.kind === 'detector' && one.subject.name === name),
    refetchInterval: every(RENEW_MS),
  });

/** One backtest with its result, once it has one. */
export const useBacktest = (id: string): UseQueryResult<Backtest> =>
  useQuery({
    queryKey: keys.backtest(id),
    queryFn: ({ signal }) => client.backtests.get(id, { signal }),
    refetchInterval: (query) =>
      query.state.data && !['queued', 'running'].includes(query.state.data.state) ? false : every(RENEW_MS)(query),
  });
