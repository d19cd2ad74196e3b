import { type Alert, PRIORITIES, type Priority } from '@picket/sdk';

/** What the list shows. Empty text means any; `priority` is the least severe level that is shown. */
export interface AlertFilter {
  readonly priority: Priority | undefined;
  readonly rule: string;
  readonly container: string;
  readonly q: string;
}

export const NO_FILTER: AlertFilter = { priority: undefined, rule: '', container: '', q: '' };

/** An address that somebody made up must not become an endless query. */
const MAX_LENGTH = 200;

const KEYS = ['priority', 'rule', 'container', 'q'] as const;

const parsePriority = (value: string | null): Priority | undefined =>
  PRIORITIES.find((priority) => priority.toLowerCase() === value?.toLowerCase());

/** Reads the filter from the address; what makes no sense counts as not given. */
export function parseFilter(params: URLSearchParams): AlertFilter {
  const word = (key: string) => (params.get(key) ?? '').trim().slice(0, MAX_LENGTH);
  return {
    priority: parsePriority(params.get('priority')),
    rule: word('rule'),
    container: word('container'),
    q: word('q'),
  };
}

/** The parameters of an address with this filter; parameters that are none of the filter stay. */
export function writeFilter(filter: AlertFilter, params: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams(params);
  for (const key of KEYS) {
    const value = filter[key]?.slice(0, MAX_LENGTH);
    if (value) out.set(key, value);
    else out.delete(key);
  }
  return out;
}

/** How many of the filters are set. */
export const filterCount = (filter: AlertFilter): number => KEYS.filter((key) => filter[key]).length;

/** The filter as query parameters of the API, without what is not set. */
export function filterQuery(filter: AlertFilter): {
  priority?: Priority;
  rule?: string;
  container?: string;
  q?: string;
} {
  return {
    ...(filter.priority && { priority: filter.priority }),
    ...(filter.rule && { rule: filter.rule }),
    ...(filter.container && { container: filter.container }),
    ...(filter.q && { q: filter.q }),
  };
}

/** Whether a live alert belongs into the list: the same answer that the API gives for stored ones. */
export function matchesFilter(alert: Alert, filter: AlertFilter): boolean {
  if (filter.priority && PRIORITIES.indexOf(alert.priority) > PRIORITIES.indexOf(filter.priority)) return false;
  if (filter.rule && alert.rule !== filter.rule) return false;
  if (filter.container && !isContainer(alert, filter.container)) return false;
  return filter.q === '' || searchText(alert).includes(filter.q.toLowerCase());
}

function isContainer(alert: Alert, wanted: string): boolean {
  const container = alert.container;
  return container !== null && [container.id, container.full_id, container.name].includes(wanted);
}

function searchText(alert: Alert): string {
  const { container } = alert;
  return [alert.rule, alert.output, alert.hostname, container?.name, container?.image].join('\n').toLowerCase();
}
