import { QueryCache, QueryClient } from '@tanstack/react-query';
import { keys } from './keys.ts';
import { isFinal, isSignedOut } from './request-errors.ts';

/** A session that has ended shows the sign-in page, whichever request noticed it. */
export function noteSignedOut(queries: QueryClient, error: unknown): void {
  if (isSignedOut(error)) queries.setQueryData(keys.whoami, null);
}

/** A failed list is tried again at this pace until it succeeds. */
const HEAL_MS = 5000;

/** The cache of everything that is asked of the API. */
export function createQueries(): QueryClient {
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => noteSignedOut(queries, error) }),
    defaultOptions: {
      queries: {
        // Offline is found out by asking: a console on localhost works without a network.
        networkMode: 'always',
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && !isFinal(error),
        refetchInterval: (query) => (query.state.error && !isFinal(query.state.error) ? HEAL_MS : false),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return queries;
}
