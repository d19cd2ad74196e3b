import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { client } from './client.ts';
import { keys } from './keys.ts';
import { LiveAlerts, type LiveSnapshot } from './live-alerts.ts';
import { noteSignedOut } from './query-client.ts';
import { retryDelay } from './request-errors.ts';

const LiveContext = createContext<LiveAlerts | undefined>(undefined);

/** One stream of live alerts while somebody is signed in. The list of alerts starts it where its first page ends. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [live] = useState(
    () =>
      new LiveAlerts({
        open: (options) => client.alerts.stream(options),
        onGap: () => void queries.invalidateQueries({ queryKey: keys.alerts }),
        waitAfter: retryDelay,
        onStopped: (error) => noteSignedOut(queries, error),
      }),
  );
  useEffect(() => {
    window.addEventListener('online', live.retryNow);
    return () => {
      window.removeEventListener('online', live.retryNow);
      live.stop();
    };
  }, [live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The stream itself, to hold it or to try again. */
export function useLiveAlerts(): LiveAlerts {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLiveAlerts needs a LiveProvider above it');
  return live;
}

/** What the stream is doing and what came over it. */
export function useLiveSnapshot(): LiveSnapshot {
  const live = useLiveAlerts();
  return useSyncExternalStore(live.subscribe, live.getSnapshot);
}

/** Opens the stream on pages that do not read the list of alerts, which opens it where its first page ends. */
export function useLiveFromNow(): void {
  const live = useLiveAlerts();
  const { data: position } = useQuery({
    queryKey: keys.position,
    queryFn: async ({ signal }) => (await client.alerts.list({ limit: 1 }, { signal })).position,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (position !== undefined) live.start(position);
  }, [live, position]);
}
