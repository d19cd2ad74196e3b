import type { z } from 'zod';
import { messageOf } from '../errors.ts';
import { errorFrom, PicketApiError } from './api-error.ts';

export type QueryValue = string | number | undefined;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly raw?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
  /** ms, for a call that takes longer than others; the usual limit of the client holds when it is larger. */
  readonly timeout?: number | undefined;
}

export interface HttpOptions {
  /** Where the server is, for example `http://127.0.0.1:8686`; empty in a page the server itself sent. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** ms until a request is given up; 30 s when left out. */
  readonly timeout?: number | undefined;
}

/** Sends requests to the API and checks what comes back. */
export class Http {
  readonly #base: string;
  readonly #token: string | undefined;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;

  constructor(options: HttpOptions) {
    this.#base = `${options.baseUrl.replace(/\/+$/, '')}/api/v1`;
    this.#token = options.token;
    // A browser refuses a fetch that is called as a method of something else than the window.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeout = options.timeout ?? 30_000;
  }

  /**
   * The checked body of an answer.
   * @throws PicketApiError, or the reason of the signal when the caller aborted
   */
  async json<T extends z.ZodType>(schema: T, path: string, call: Call = {}): Promise<z.output<T>> {
    const limit = AbortSignal.timeout(Math.max(this.#timeout, call.timeout ?? 0));
    const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
    const response = await this.send(path, { ...call, signal });
    const body = await response.json().catch((error: unknown) => {
      throw transportError(error, signal, call.signal);
    });
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    throw invalid(`the answer to ${path} is not as promised: ${parsed.error.message}`, response);
  }

  /** Sends a request whose answer has no body. */
  async empty(path: string, call: Call): Promise<void> {
    const limit = AbortSignal.timeout(this.#timeout);
    const response = await this.send(path, {
      ...call,
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
    });
    await response.body?.cancel();
  }

  /** Sends a request and answers once the status is a success; the body is left to the caller. */
  async send(path: string, call: Call & { readonly headers?: Record<string, string> }): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
    if (this.#token !== undefined) headers.authorization = `Bearer ${this.#token}`;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestInit = { method: call.method ?? 'GET', headers, credentials: 'same-origin', redirect: 'error' };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);
    if (call.raw !== undefined) {
      headers['content-type'] = 'application/octet-stream';
      init.body = call.raw;
    }
    if (call.signal) init.signal = call.signal;
    let response: Response;
    try {
      response = await this.#fetch(`${this.#base}${path}${queryText(call.query)}`, init);
    } catch (error) {
      throw transportError(error, call.signal);
    }
    if (!response.ok) throw await errorFrom(response);
    return response;
  }
}

function queryText(query: Call['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? '' : `?${params}`;
}

function transportError(error: unknown, signal: AbortSignal | undefined, own?: AbortSignal): unknown {
  if (own?.aborted) return own.reason;
  if (signal?.aborted && !isTimeout(signal.reason)) return signal.reason;
  if (isTimeout(error) || isTimeout(signal?.reason))
    return new PicketApiError(
      'TIMEOUT',
      'the server did not answer in time: check that it is running and not overloaded',
      { status: 0, title: 'No answer in time' },
      { cause: error },
    );
  return new PicketApiError(
    'NETWORK',
    `the server can not be reached (${messageOf(error)}): check the address and that it is running`,
    { status: 0, title: 'Server not reached' },
    { cause: error },
  );
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** The error for an answer that breaks the promise of the API. */
export function invalid(detail: string, response: Response): PicketApiError {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  return new PicketApiError('RESPONSE_INVALID', detail, {
    status: response.status,
    title: 'Unexpected answer',
    requestId,
  });
}
