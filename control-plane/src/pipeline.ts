import { readFileSync } from 'node:fs';
import { type ServerType, serve } from '@hono/node-server';
import { type Alert, type Log, messageOf, type ProbePlan, partitionOf } from '@picket/sdk';
import { ensureAdminToken } from './api/auth/admin-token.ts';
import { createApi } from './api/create-api.ts';
import { type Bus, openBus } from './bus/bus.ts';
import type { ControlPlaneConfig } from './config.ts';
import { buildPlan } from './detection/plan/build-plan.ts';
import { needsOfRules } from './detection/plan/rule-needs.ts';
import { loadRules } from './detection/rules/load/load-rules.ts';
import type { LoadResult } from './detection/rules/load/rule.ts';
import { RuleEngine } from './detection/rules/rule-engine.ts';
import { containerDirectory, nodeDirectory, ruleDirectory } from './directories.ts';
import { Heartbeats } from './heartbeats.ts';
import { createMetrics } from './metrics.ts';
import { DetectionWork } from './partition-work.ts';
import { readPlanFile } from './plan/plan-file.ts';
import { PlanSender } from './plan/plan-sender.ts';
import { readRuleFiles } from './rule-files.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

const FLUSH_MS = 1000;

export interface ControlPlane {
  /** Where the API and the console are. */
  readonly url: string;
  /** Whether the file of the first admin token was written at this start. */
  readonly newToken: boolean;
  /** Ends in order: reading, last checkpoints, open requests, bus, store. */
  stop(): Promise<void>;
}

/**
 * Joins the stages: bus -> detection -> alerts -> bus -> store -> API. The only file that knows their order.
 * @throws ControlPlaneError when the bus, the store or the rules can not be used
 */
export async function startControlPlane(config: ControlPlaneConfig, log: Log): Promise<ControlPlane> {
  const loaded = loadAndReport(config, log);
  const plan = planOf(config, loaded, log);
  const engine = new RuleEngine(loaded, {
    onRuleError: (rule, error) =>
      log.error('a rule failed on an event; the others go on', { rule: rule.name, why: messageOf(error) }),
  });
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    path: `${config.dataFolder}/store.sqlite`,
    onConnectionError: (error) => log.warn('a connection to the database broke', { why: error.message }),
  });
  const newToken = await ensureAdminToken(store, `${config.dataFolder}/admin-token`);
  const bus = await openBus({
    url: config.servers.join(','),
    seedFile: config.seedFile,
    name: config.replica,
    onError: (error) => log.warn(error.message, { code: error.code }),
  });
  const work = new DetectionWork({ engine: () => engine, publish: (alert) => bus.publishAlert(alert), log });
  const written = projectAlerts(bus, store);
  const heartbeats = new Heartbeats(bus.nats, log);
  const sender = new PlanSender({
    nats: bus.nats,
    wanted: () => plan,
    owns: (token) => work.owns(partitionOf(token)),
    log,
  });
  heartbeats.onBeat = (heartbeat) => void sender.take(heartbeat);
  const aborter = new AbortController();
  const api = createApi({
    store,
    containers: containerDirectory(work),
    nodes: nodeDirectory(work, heartbeats, { wanted: () => plan, sender }),
    rules: ruleDirectory(() => loaded),
    plan: { get: () => plan },
    onAlertsWritten: written.listen,
    readiness: async () => [{ name: 'bus', ok: bus.stats().connected }],
    registry: createMetrics({
      work,
      heartbeats,
      plans: sender,
      bus: () => bus.stats(),
      ruleFailures: () => engine.failures,
    }),
    log: (level, message, fields) => log[level](message, fields as Record<string, string>),
    config: {
      version: version(),
      consoleFolder: config.consoleFolder,
      openMetrics: config.openMetrics,
      secure: config.secure,
      origins: config.origins,
    },
    signal: aborter.signal,
  });
  bus.runPartitions(work);
  const flushing = setInterval(() => {
    work.flush();
    void sender.retry();
  }, FLUSH_MS);
  const server = await listen(api.fetch, config);
  return {
    url: server.url,
    newToken,
    async stop() {
      clearInterval(flushing);
      work.flush();
      aborter.abort();
      await server.close();
      await bus.close();
      await store.close();
    },
  };
}

function loadAndReport(config: ControlPlaneConfig, log: Log): LoadResult {
  const loaded = loadRules(readRuleFiles(config.rules));
  for (const { severity, message, file, line, column, rule, code } of loaded.problems) {
    log[severity === 'error' ? 'error' : 'warn'](message, { code, rule, at: `${file}:${line}:${column}` });
  }
  log.info('rules loaded', { rules: loaded.rules.length, problems: loaded.problems.length });
  return loaded;
}

/** What the agents are asked for, for as long as this process runs: its rules do not change. */
function planOf(config: ControlPlaneConfig, loaded: LoadResult, log: Log): ProbePlan {
  const { plan, unprotected } = buildPlan([needsOfRules(loaded)], readPlanFile(config.planFile));
  const { revision, kinds, opens, paths } = plan;
  log.info('probe plan made', { revision, kinds: kinds.length, ...opens, paths: paths.length });
  if (unprotected > 0)
    log.warn('the rules name more paths than the kernel has room for: floods of opens may hide some of them', {
      paths: unprotected,
    });
  return plan;
}

/** The store follows the alert stream; whoever listens is told after each write. */
function projectAlerts(bus: Bus, store: Store): { listen: (listener: () => void) => () => void } {
  const listeners = new Set<() => void>();
  bus.readAlerts(async (alerts: readonly Alert[]) => {
    await store.alerts.upsert(alerts);
    for (const listener of listeners) listener();
  });
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  config: ControlPlaneConfig,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = await new Promise<ServerType>((resolve, reject) => {
    const starting = serve({ fetch, hostname: config.host, port: config.port }, () => resolve(starting));
    starting.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
