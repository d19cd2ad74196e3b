import type { ServerResponse } from 'node:http';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import type { ApiMetrics } from '../request/api-metrics.ts';
import { guarded, problems } from '../route-parts.ts';
import { AlertStream, type StreamParts } from './alert-stream.ts';
import { AlertTail } from './alert-tail.ts';

const MAX_STREAMS = 256;
const MAX_STREAMS_PER_TOKEN = 32;
const HEARTBEAT_MS = 15_000;
const POLL_MS = 2000;
const QUEUE_CHARACTERS = 4 * 1024 * 1024;

/** Live alerts by server-sent events. */
export function streamRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator, metrics: ApiMetrics): void {
  const tail = new AlertTail(deps.store.alerts, deps.log, deps.config.stream?.pollMs ?? POLL_MS);
  const stopListening = deps.onAlertsWritten(() => tail.wake());
  const open = new Map<AlertStream, string>();
  deps.signal?.addEventListener('abort', () => {
    stopListening();
    for (const stream of open.keys()) stream.end('shutdown');
  });
  const parts: StreamParts = {
    store: deps.store,
    tail,
    metrics,
    log: deps.log,
    stillValid: (caller) => auth.stillValid(caller),
    heartbeatMs: deps.config.stream?.heartbeatMs ?? HEARTBEAT_MS,
    queueSize: deps.config.stream?.queueCharacters ?? QUEUE_CHARACTERS,
  };

  const route = createRoute({
    method: 'get',
    path: '/api/v1/alerts/stream',
    tags: ['Alerts'],
    summary: 'Live alerts as server-sent events',
    description:
      'Sends `ready` first, then `alert` for every new alert and every new revision. Each event has an id: send it as ' +
      '`Last-Event-ID` to continue after it. `reset` in place of `ready` says that the position is not known here: load ' +
      'the list again. A comment comes at least every 15 seconds.',
    ...guarded(auth, 'read'),
    request: {
      query: z.strictObject({
        last_event_id: z.string().max(64).optional().openapi({
          description: 'Like the header, for the first connection of an EventSource; the header goes before it',
        }),
      }),
    },
    responses: {
      200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
      ...problems(400, 401, 403, 503),
    },
  });
  app.openapi(route, async (c) => {
    const caller = c.get('caller');
    if (deps.signal?.aborted) throw new ControlPlaneError('NOT_READY', 'the server is stopping: connect again later');
    requireRoom([...open.values()], caller.tokenId);
    const stream = new AlertStream(parts, caller, connectionCut(c), () => open.delete(stream));
    // Before the first wait, so that requests at the same time can not pass the limit together.
    open.set(stream, caller.tokenId);
    try {
      const body = await stream.open(c.req.header('last-event-id') ?? c.req.valid('query').last_event_id);
      return c.body(body, 200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        // A proxy that collects the answer would hold alerts back.
        'x-accel-buffering': 'no',
      });
    } catch (error) {
      open.delete(stream);
      throw error;
    }
  });
}

function requireRoom(open: readonly string[], tokenId: string): void {
  const own = open.filter((id) => id === tokenId).length;
  if (open.length >= MAX_STREAMS || own >= MAX_STREAMS_PER_TOKEN)
    throw new ControlPlaneError('STREAMS_EXHAUSTED', 'too many live streams are open: close one, or try again later');
}

/** How to close the connection of a request at once; only the Node server tells which one it is. */
function connectionCut(c: Context<ApiEnv>): (() => void) | undefined {
  const { outgoing } = (c.env ?? {}) as { outgoing?: ServerResponse };
  return outgoing && (() => outgoing.destroy());
}
