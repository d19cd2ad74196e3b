import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ApiEnv } from '../deps.ts';

/** Counts of the API. */
export interface ApiMetrics {
  readonly authFailures: Counter<'reason'>;
  readonly streams: Gauge;
  /** Live streams that were ended by the server, and alerts that waited in them. */
  readonly streamsEnded: Counter<'reason'>;
  readonly streamAlertsUnsent: Counter;
  /** Measures each request under the pattern of its route, so that made-up paths make no new series. */
  readonly middleware: MiddlewareHandler<ApiEnv>;
}

export function apiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry];
  const requests = new Histogram({
    name: 'picket_api_request_seconds',
    help: 'Time to the answer of API requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  return {
    authFailures: new Counter({
      name: 'picket_api_auth_failures_total',
      help: 'Requests refused because of who sent them',
      labelNames: ['reason'],
      registers,
    }),
    streams: new Gauge({ name: 'picket_api_streams', help: 'Open live streams', registers }),
    streamsEnded: new Counter({
      name: 'picket_api_streams_ended_total',
      help: 'Live streams the server ended, by reason',
      labelNames: ['reason'],
      registers,
    }),
    streamAlertsUnsent: new Counter({
      name: 'picket_api_stream_alerts_unsent_total',
      help: 'Alerts that waited in live streams when the server ended them; clients get them when they resume',
      registers,
    }),
    middleware: async (c, next) => {
      const started = performance.now();
      await next();
      const route = matchedRoutes(c).find((found) => found.method !== 'ALL')?.path ?? 'none';
      const label = route === '/*' ? 'console' : route;
      const method = METHODS.has(c.req.method) ? c.req.method : 'other';
      requests.observe({ method, route: label, status: c.res.status }, (performance.now() - started) / 1000);
    },
  };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']);
