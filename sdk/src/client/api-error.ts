import { PicketError } from '../errors.ts';
import { Problem } from './wire.ts';

export interface ApiErrorFacts {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly requestId?: string | undefined;
  readonly errors?: readonly { readonly path: string; readonly message: string }[] | undefined;
  /** Seconds to wait before another try. */
  readonly retryAfter?: number | undefined;
}

/**
 * A request that failed. `code` is that of the problem document; `NETWORK` when there was no answer,
 * `TIMEOUT` when it did not come in time, and `RESPONSE_INVALID` when the answer is not what the API promises.
 */
export class PicketApiError extends PicketError {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfter: number | undefined;
  constructor(code: string, detail: string, facts: ApiErrorFacts, options?: ErrorOptions) {
    super(code, detail, options);
    this.name = 'PicketApiError';
    this.detail = detail;
    this.status = facts.status;
    this.title = facts.title;
    this.requestId = facts.requestId;
    this.errors = facts.errors ?? [];
    this.retryAfter = facts.retryAfter;
  }

  /** True when no further try of the same request can succeed. */
  get final(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** The error that an answer with a failure status stands for. Never throws: a proxy may answer in any form. */
export async function errorFrom(response: Response): Promise<PicketApiError> {
  const facts = {
    status: response.status,
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfter: seconds(response.headers.get('retry-after')),
  };
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  if (problem.success) {
    const { code, detail, title, errors, request_id } = problem.data;
    return new PicketApiError(code, detail, { ...facts, title, errors, requestId: request_id });
  }
  const title = response.statusText || `HTTP ${response.status}`;
  return new PicketApiError(
    'RESPONSE_INVALID',
    `the server answered ${response.status} without a problem document: is this address the Picket API?`,
    { ...facts, title },
  );
}

function seconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
