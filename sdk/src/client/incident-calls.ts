import type { Priority } from '../alert.ts';
import type { Http } from './http.ts';
import { IncidentDetail, IncidentPage } from './incident-wire.ts';

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

interface Paged {
  readonly cursor?: string | undefined;
  /** 1 to 200; the server takes 50 when left out. */
  readonly limit?: number | undefined;
}

/** Conditions an incident must meet, all of them. */
export interface IncidentQuery extends Paged {
  readonly state?: 'open' | 'quiet' | undefined;
  /** Its worst alert is at least this severe. */
  readonly priority?: Priority | undefined;
  /** Id (short or full) or name of a container that took part. */
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  /** Something happened in it between these times (RFC 3339), from (inclusive) and until (exclusive). */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Text that a rule, node, namespace, container name or image contains, in any case. */
  readonly q?: string | undefined;
}

/** The calls about incidents. @param http asked at each call */
export const incidentCalls = (http: () => Http) => ({
  /** Those that began last first. */
  list: (query: IncidentQuery = {}, options: Abortable = {}) =>
    http().json(IncidentPage, '/incidents', { query: { ...query }, signal: options.signal }),
  /** One incident with a page of its timeline, the oldest step first. */
  get: (id: string, timeline: Paged = {}, options: Abortable = {}) =>
    http().json(IncidentDetail, `/incidents/${encodeURIComponent(id)}`, {
      query: { ...timeline },
      signal: options.signal,
    }),
});
