import type { Finding } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { Find } from './program.ts';
import type { WindowEntry } from './window-entry.ts';

/** Values that an output shows of those that were told apart. */
const SAMPLE = 10;

/** The finding of the event that fills a window. */
export function windowFinding(window: WindowEntry, find: Find, c: EventContext): Finding {
  const since = BigInt(Math.round(window.events.first)) + c.wallOffset;
  const finding = find(c, {
    'window.count': window.measure,
    'window.first': new Date(Number(since / 1_000_000n)).toISOString(),
    'window.keys': window.values?.sample(SAMPLE).join(', ') ?? null,
  });
  return { ...finding, count: window.events.total, since };
}
