import type { Log } from '@picket/sdk';
import type { EventSource } from './source/types.ts';

/** Says which probes the kernel refused: their events are missing from here on. */
export function tellFailedProbes(source: EventSource, log: Log): void {
  for (const { name, state, reason, kinds } of source.probes())
    if (state === 'failed' && kinds.length > 0)
      log.error('a probe does not work: its events are not seen', { probe: name, why: reason });
}
