import type {
  Backtest,
  BacktestInfo,
  DetectorFindingInfo,
  DetectorInfo,
  DetectorStatsList,
  DetectorVersionInfo,
} from '@picket/sdk/client';
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { every, LIST_MS, type PagedList, RENEW_MS, usePagedList } from '../api/use-paged-list.ts';
import { addLines, type LogRead, NOTHING_READ } from './log-lines.ts';

/** Lines of one answer, and answers that are read at once. */
const LOG_LINES = 200;
const LOG_ROUNDS = 10;
/** The server keeps as many. */
const BACKTESTS = 200;

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
