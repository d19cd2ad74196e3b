import { Alert, type Priority } from './alert.ts';
import { alertStream, type StreamOptions } from './client/alert-stream.ts';
import { backtestCalls, captureCalls } from './client/backtest-calls.ts';
import { modelCalls, profileCalls } from './client/behaviour-calls.ts';
import { detectorCalls } from './client/detector-calls.ts';
import { Http, type HttpOptions } from './client/http.ts';
import { incidentCalls } from './client/incident-calls.ts';
import { ruleCalls } from './client/rule-calls.ts';
import {
  AlertPage,
  AuditEntry,
  ContainerInfo,
  NodeInfo,
  pageOf,
  TokenCreated,
  TokenInfo,
  type TokenRequest,
  WhoAmI,
} from './client/wire.ts';
import { ProbePlan } from './plan.ts';

export type { StreamOptions } from './client/alert-stream.ts';
export { PicketApiError } from './client/api-error.ts';
export * from './client/backtests-wire.ts';
export type { WorkloadQuery } from './client/behaviour-calls.ts';
export * from './client/behaviour-id.ts';
export * from './client/behaviour-wire.ts';
export * from './client/detector-manifest.ts';
export * from './client/detector-version-id.ts';
export * from './client/detectors-wire.ts';
export type { HttpOptions } from './client/http.ts';
export type { IncidentQuery } from './client/incident-calls.ts';
export * from './client/incident-wire.ts';
export * from './client/profiles-wire.ts';
export * from './client/rules-wire.ts';
export * from './client/wire.ts';

/** Which part of a list to read. `cursor` is the `next` of the page before. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  /** 1 to 200; the server takes 50 when left out. */
  readonly limit?: number | undefined;
}

/** Conditions an alert must meet, all of them. */
export interface AlertQuery extends PageQuery {
  /** At least this severe. */
  readonly priority?: Priority | undefined;
  readonly rule?: string | undefined;
  /** Id (short or full) or name of the container. */
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  /** Time of the causing event, from (inclusive) and until (exclusive), RFC 3339. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Text that rule, output, node, container name or image contain, in any case. */
  readonly q?: string | undefined;
}

export interface ContainerQuery extends PageQuery {
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
}

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

const ContainerPage = pageOf(ContainerInfo);
const NodePage = pageOf(NodeInfo);
const TokenPage = pageOf(TokenInfo);
const AuditPage = pageOf(AuditEntry);

/**
 * The HTTP API of Picket. Runs in Node and in the browser, where the session cookie stands for the token.
 * Every method throws PicketApiError, or the reason of the signal when the caller aborted.
 */
export class PicketClient {
  readonly #http: Http;

  constructor(options: HttpOptions) {
    this.#http = new Http(options);
  }

  readonly alerts = {
    /** The newest first. */
    list: (query: AlertQuery = {}, options: Abortable = {}) =>
      this.#http.json(AlertPage, '/alerts', { query: { ...query }, signal: options.signal }),
    get: (uuid: string, options: Abortable = {}) =>
      this.#http.json(Alert, `/alerts/${encodeURIComponent(uuid)}`, { signal: options.signal }),
    /** Each new alert and each new revision as it comes, with no end; see StreamOptions. */
    stream: (options: StreamOptions = {}) => alertStream(this.#http, options),
  };

  readonly incidents = incidentCalls(() => this.#http);

  readonly containers = {
    list: (query: ContainerQuery = {}, options: Abortable = {}) =>
      this.#http.json(ContainerPage, '/containers', { query: { ...query }, signal: options.signal }),
  };

  readonly nodes = {
    list: (query: PageQuery = {}, options: Abortable = {}) =>
      this.#http.json(NodePage, '/nodes', { query: { ...query }, signal: options.signal }),
  };

  /** What the agents are asked for now. */
  readonly plan = (options: Abortable = {}) => this.#http.json(ProbePlan, '/plan', { signal: options.signal });

  readonly rules = ruleCalls(() => this.#http);

  readonly backtests = backtestCalls(() => this.#http);

  readonly captures = captureCalls(() => this.#http);

  readonly detectors = detectorCalls(() => this.#http);

  readonly models = modelCalls(() => this.#http);

  readonly profiles = profileCalls(() => this.#http);

  readonly tokens = {
    /** The secret is in the answer and can not be had again. */
    create: (request: TokenRequest, options: Abortable = {}) =>
      this.#http.json(TokenCreated, '/tokens', { method: 'POST', body: request, signal: options.signal }),
    list: (query: PageQuery = {}, options: Abortable = {}) =>
      this.#http.json(TokenPage, '/tokens', { query: { ...query }, signal: options.signal }),
    revoke: (id: string, options: Abortable = {}) =>
      this.#http.empty(`/tokens/${encodeURIComponent(id)}`, { method: 'DELETE', signal: options.signal }),
  };

  readonly audit = {
    list: (query: PageQuery = {}, options: Abortable = {}) =>
      this.#http.json(AuditPage, '/audit', { query: { ...query }, signal: options.signal }),
  };

  readonly session = {
    /** Exchanges a token for a session cookie, which scripts can not read. For browsers. */
    login: (token: string, options: Abortable = {}) =>
      this.#http.json(WhoAmI, '/session', { method: 'POST', body: { token }, signal: options.signal }),
    logout: (options: Abortable = {}) => this.#http.empty('/session', { method: 'DELETE', signal: options.signal }),
  };

  readonly whoami = (options: Abortable = {}) => this.#http.json(WhoAmI, '/whoami', { signal: options.signal });
}
