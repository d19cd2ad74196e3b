import { Alert } from '../alert.ts';
import { messageOf } from '../errors.ts';
import { PicketApiError } from './api-error.ts';
import { EventStreamParser, type ServerEvent } from './event-source.ts';
import { type Http, invalid } from './http.ts';

export interface StreamOptions {
  /** Continue after this event: the `position` of a list, or what `onPosition` gave. Left out: only what is new. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Connect again after a break; true when left out. Without it a break throws and a clean end returns. */
  readonly reconnect?: boolean | undefined;
  /** The server has answered and the stream is live. */
  readonly onOpen?: (() => void) | undefined;
  /** The stream broke; the next try comes after `delay` ms. */
  readonly onRetry?: ((error: PicketApiError, delay: number) => void) | undefined;
  /** The position after the alert that comes next out of the iterator. */
  readonly onPosition?: ((lastEventId: string) => void) | undefined;
  /** The server can not continue where asked (its store is another one): load the list again. */
  readonly onReset?: (() => void) | undefined;
}

/** The server sends at least a comment every 15 s; three missed ones mean a dead connection. */
const SILENCE_MS = 45_000;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 15_000;

/**
 * Live alerts, each new one and each new revision, without an end. Continues after a break where it stopped.
 * @throws PicketApiError when no further try can succeed (401, 403, ...), or on any break with `reconnect: false`
 */
export async function* alertStream(http: Http, options: StreamOptions): AsyncGenerator<Alert, void, undefined> {
  const at = { position: options.lastEventId, failures: 0 };
  for (;;) {
    if (options.signal?.aborted) return;
    let broken: PicketApiError;
    try {
      yield* readOnce(http, options, at);
      if (options.reconnect === false) return;
      broken = brokenStream('the server ended the stream');
    } catch (error) {
      if (options.signal?.aborted) return;
      if (!(error instanceof PicketApiError)) throw error;
      if (options.reconnect === false || error.final || error.code === 'RESPONSE_INVALID') throw error;
      broken = error;
    }
    const delay = Math.max(backOff(at.failures++), (broken.retryAfter ?? 0) * 1000);
    options.onRetry?.(broken, delay);
    await pause(delay, options.signal);
  }
}

async function* readOnce(
  http: Http,
  options: StreamOptions,
  at: { position: string | undefined; failures: number },
): AsyncGenerator<Alert, void, undefined> {
  const silence = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (at.position !== undefined) headers['last-event-id'] = at.position;
    const response = await http.send('/alerts/stream', { headers, signal }).catch((error: unknown) => {
      throw silence.signal.aborted ? brokenStream('the server did not answer') : error;
    });
    if (!isEventStream(response)) throw invalid('the answer to /alerts/stream is not an event stream', response);
    options.onOpen?.();
    at.failures = 0;
    for await (const event of events(response, heard)) {
      if (event.id !== '') at.position = event.id;
      if (event.event === 'reset') options.onReset?.();
      if (event.event !== 'alert') continue;
      const alert = parseAlert(event, response);
      options.onPosition?.(event.id);
      // A consumer may take its time between two alerts: that is not silence of the server.
      clearTimeout(timer);
      yield alert;
      heard();
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

async function* events(response: Response, heard: () => void): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parser = new EventStreamParser();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw brokenStream(messageOf(error), error);
      });
      if (done) return;
      heard();
      yield* parser.push(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseAlert(event: ServerEvent, response: Response): Alert {
  let body: unknown;
  try {
    body = JSON.parse(event.data);
  } catch (error) {
    throw invalid(`an alert of the stream is not JSON: ${messageOf(error)}`, response);
  }
  const parsed = Alert.safeParse(body);
  if (!parsed.success) throw invalid(`an alert of the stream is not as promised: ${parsed.error.message}`, response);
  return parsed.data;
}

const isEventStream = (response: Response) =>
  (response.headers.get('content-type') ?? '').toLowerCase().startsWith('text/event-stream');

function brokenStream(why: string, cause?: unknown): PicketApiError {
  const facts = { status: 0, title: 'Stream broken' };
  return new PicketApiError('NETWORK', `the stream of alerts broke off: ${why}`, facts, { cause });
}

/** Doubles up to 15 s; a quarter is random so that many clients do not come back at once. */
function backOff(failures: number): number {
  return Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 4);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
