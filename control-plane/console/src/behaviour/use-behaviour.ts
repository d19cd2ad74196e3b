import type { ModelComparison, ModelInfo, ModelScores, ModelVersionInfo, ProfileDocument } from '@picket/sdk/client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { every, LIST_MS, type PagedList, RENEW_MS, usePagedList } from '../api/use-paged-list.ts';

/** The workloads by their keys. @param q text that the key, digest or image contains */
export const useWorkloads = (q: string): PagedList<ModelInfo> =>
  usePagedList(
    [...keys.models, q],
    (query, signal) => client.models.list({ ...query, ...(q && { q }) }, { signal }),
    LIST_MS,
  );

export const useWorkload = (id: string): UseQueryResult<ModelInfo> =>
  useQuery({
    queryKey: keys.model(id),
    queryFn: ({ signal }) => client.models.get(id, { signal }),
    refetchInterval: every(RENEW_MS),
  });

/** The newest version first. */
export const useModelVersions = (id: string): PagedList<ModelVersionInfo> =>
  usePagedList(
    [...keys.model(id), 'versions'],
    (query, signal) => client.models.versions(id, query, { signal }),
    LIST_MS,
  );

/** The newest scores of the containers of a workload. */
export const useScores = (id: string): UseQueryResult<ModelScores> =>
  useQuery({
    queryKey: [...keys.model(id), 'scores'],
    queryFn: ({ signal }) => client.models.scores(id, { signal }),
    refetchInterval: every(RENEW_MS),
  });

/** What a workload is known to do. */
export const useProfile = (id: string): UseQueryResult<ProfileDocument> =>
  useQuery({
    queryKey: [...keys.model(id), 'profile'],
    queryFn: ({ signal }) => client.profiles.get(id, { signal }),
    refetchInterval: every(LIST_MS),
  });

/** Two versions side by side. */
export const useComparison = (id: string, a: string, b: string): UseQueryResult<ModelComparison> =>
  useQuery({
    queryKey: [...keys.model(id), 'compare', a, b],
    queryFn: ({ signal }) => client.models.compare(id, { a, b }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
