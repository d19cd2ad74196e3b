import type { Context, Env } from 'hono';
import type { Registry } from 'prom-client';
import type { Caller } from './auth/caller.ts';
import type { BacktestLifecycle } from './backtests/backtest-lifecycle.ts';
import type { BehaviourLifecycle } from './behaviour/behaviour-lifecycle.ts';
import type { DetectorLifecycle } from './detectors/detector-lifecycle.ts';
import type { ContainerDirectory, NodeDirectory, PlanDirectory, RuleDirectory } from './directory/directories.ts';
import type { RuleLifecycle } from './rules/rule-lifecycle.ts';
import type { ApiStore } from './stores.ts';

/** Everything the API works with. It reads no environment and starts nothing of its own but timers of open streams. */
export interface ApiDeps {
  readonly store: ApiStore;
  readonly containers: ContainerDirectory;
  readonly nodes: NodeDirectory;
  readonly rules: RuleDirectory;
  readonly ruleLife: RuleLifecycle;
  readonly detectorLife: DetectorLifecycle;
  readonly backtests: BacktestLifecycle;
  readonly behaviour: BehaviourLifecycle;
  readonly plan: PlanDirectory;
  /** Calls `listener` after alerts were written to the store; answers with how to stop that. */
  readonly onAlertsWritten: (listener: () => void) => () => void;
  /** Parts beside the store that must work before requests are taken. */
  readonly readiness: () => Promise<readonly ReadinessCheck[]>;
  /** Metrics of the whole process; the API adds its own. */
  readonly registry: Registry;
  readonly log: ApiLog;
  readonly config: ApiConfig;
  /** Ends open streams, so that the server can stop. */
  readonly signal?: AbortSignal;
  /** ms since 1970. */
  readonly now?: () => number;
  /** Where a request came from; the address of the connection when left out. */
  readonly clientAddress?: (c: Context) => string;
}

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
}

export interface ApiConfig {
  readonly version: string;
  /** Folder of the built console; undefined serves none. */
  readonly consoleFolder?: string | undefined;
  /** Metrics without a token, for a scraper in a closed network. */
  readonly openMetrics?: boolean;
  /** The browser reaches this server through TLS: cookies are marked Secure. */
  readonly secure?: boolean;
  readonly stream?: StreamConfig;
  /** Origins of the console beside the address of the server itself, for example behind a proxy. */
  readonly origins?: readonly string[];
}

/** Of the live stream; what is left out has a good value. */
export interface StreamConfig {
  /** ms between two signs of life. */
  readonly heartbeatMs?: number;
  /** ms between two looks for what other control planes wrote to the same store. */
  readonly pollMs?: number;
  /** Characters that may wait for a client before it is cut off. */
  readonly queueCharacters?: number;
}

export type ApiLog = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

/** What handlers find in their context. */
export interface ApiEnv extends Env {
  Variables: { requestId: string; caller: Caller };
}
