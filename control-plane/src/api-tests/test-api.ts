import { type ServerType, serve } from '@hono/node-server';
import { FULL_PLAN } from '@picket/sdk';
import type { Role } from '@picket/sdk/client';
import { PicketClient } from '@picket/sdk/client';
import { Registry } from 'prom-client';
import { hashOf, newToken } from '../api/auth/secrets.ts';
import type { BacktestLifecycle } from '../api/backtests/backtest-lifecycle.ts';
import type { BehaviourLifecycle } from '../api/behaviour/behaviour-lifecycle.ts';
import { createApi } from '../api/create-api.ts';
import type { ApiConfig, ApiDeps } from '../api/deps.ts';
import type { DetectorLifecycle } from '../api/detectors/detector-lifecycle.ts';
import type { RuleLifecycle } from '../api/rules/rule-lifecycle.ts';
import type { Store } from '../store/store.ts';
import type { TokenRecord } from '../store/token-store.ts';

/** The API on a real server and a real store, for tests. */
export interface TestApi {
  readonly url: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly logged: string[];
  /** A client with its own token. */
  client(token: string): PicketClient;
  /** Puts a token into the store; answers with its secret. */
  token(overrides?: Partial<TokenRecord> & { role?: Role }): Promise<string>;
  /** Sends a request as it is. */
  request(path: string, init?: RequestInit & { token?: string }): Promise<Response>;
  /** Tells the API that alerts were written. */
  written(): void;
  /** Moves the clock of the API, ms. */
  advance(ms: number): void;
  /** Value of a metric line that begins like this. */
  metric(start: string): Promise<number>;
  close(): Promise<void>;
}

let tokens = 0;

/** For tests that have nothing to do with backtests. */
const noBacktests = new Proxy({} as BacktestLifecycle, {
  get: (_, name) => () => {
    throw new Error(`this API was started without backtests: ${String(name)}`);
  },
});

/** For tests that have nothing to do with detectors. */
const noDetectorLife = new Proxy({} as DetectorLifecycle, {
  get: (_, name) => () => {
    throw new Error(`this API was started without detectors: ${String(name)}`);
  },
});

/** For tests that have nothing to do with behaviour. */
const noBehaviour = new Proxy({} as BehaviourLifecycle, {
  get: (_, name) => () => {
    throw new Error(`this API was started without behaviour: ${String(name)}`);
  },
});

/** For tests that have nothing to do with rules. */
const noRuleLife = new Proxy({} as RuleLifecycle, {
  get: (_, name) => () => {
    throw new Error(`this API was started without rules: ${String(name)}`);
  },
});

export async function startApi(
  store: Store,
  options: { config?: Partial<ApiConfig>; deps?: Partial<ApiDeps> } = {},
): Promise<TestApi> {
  const registry = new Registry();
  const logged: string[] = [];
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  let skew = 0;
  const now = () => Date.now() + skew;
  const app = createApi({
    store,
    containers: { list: () => [] },
    nodes: { list: () => [] },
    rules: { list: () => [], problems: () => [] },
    ruleLife: noRuleLife,
    detectorLife: noDetectorLife,
    backtests: noBacktests,
    behaviour: noBehaviour,
    plan: { get: () => FULL_PLAN },
    onAlertsWritten: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    readiness: async () => [],
    registry,
    log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`),
    signal: stopping.signal,
    now,
    ...options.deps,
    config: { version: '1.2.3', ...options.config },
  });
  const server = await new Promise<ServerType>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(started));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    store,
    registry,
    logged,
    client: (token) => new PicketClient({ baseUrl: url, token }),
    token: async (overrides = {}) => {
      const secret = newToken();
      await store.tokens.insert({
        id: `00000000-0000-4000-8000-${String(++tokens).padStart(12, '0')}`,
        hash: hashOf(secret),
        name: 'test',
        role: 'admin',
        namespaces: null,
        created: now(),
        expires: null,
        lastUsed: null,
        revoked: null,
        ...overrides,
      });
      return secret;
    },
    request: (path, { token, ...init } = {}) => {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    },
    written: () => {
      for (const listener of listeners) listener();
    },
    advance: (ms) => {
      skew += ms;
    },
    metric: async (start) => {
      const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(start));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    close: async () => {
      stopping.abort();
      // First streams end in order; then go connections that clients opened in reserve and never used.
      const ended = new Promise((resolve) => server.close(resolve));
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200))]);
      if ('closeAllConnections' in server) server.closeAllConnections();
      await ended;
    },
  };
}

/** Starts an API on an empty store for each test, and stops them all at the end. */
export function apis(open: () => Promise<Store>): {
  start: (options?: Parameters<typeof startApi>[1]) => Promise<TestApi>;
  closeAll: () => Promise<void>;
} {
  const running: TestApi[] = [];
  return {
    start: async (options) => {
      const api = await startApi(await open(), options);
      running.push(api);
      return api;
    },
    closeAll: async () => {
      for (const api of running.splice(0)) await api.close();
    },
  };
}
