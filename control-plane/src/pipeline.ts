import { readFileSync } from 'node:fs';
import { type ServerType, serve } from '@hono/node-server';
import { type Alert, type Log, partitionOf } from '@picket/sdk';
import { ensureAdminToken } from './api/auth/admin-token.ts';
import { createApi } from './api/create-api.ts';
import { startBacktests } from './backtest/start-backtests.ts';
import { type Bus, openBus } from './bus/bus.ts';
import type { ControlPlaneConfig } from './config.ts';
import { ProfileBaseline } from './detection/anomaly/profiles/profile-baseline.ts';
import { DetectorRuntime } from './detection/detectors/detector-runtime.ts';
import { containerDirectory, nodeDirectory, ruleDirectory } from './directories.ts';
import { Heartbeats } from './heartbeats.ts';
import { startLiveBehaviour } from './live-behaviour.ts';
import { startLiveDetectors } from './live-detectors.ts';
import { createMetrics } from './metrics.ts';
import { DetectionWork } from './partition-work.ts';
import { readPlanFile } from './plan/plan-file.ts';
import { PlanSender } from './plan/plan-sender.ts';
import { readRuleFiles } from './rule-files.ts';
import { ActiveRules } from './rule-sets/active-rules.ts';
import { startRuleLife } from './rule-sets/rule-life.ts';
import { ruleNotices } from './rule-sets/rule-notices.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';

const FLUSH_MS = 1000;
/** How often what partitions have learned is written down, at most. */
const SHARE_SECONDS = 60;

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
  const settings = readPlanFile(config.planFile);
  const readFiles = () => readRuleFiles(config.rules);
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    path: `${config.dataFolder}/store.sqlite`,
    onConnectionError: (error) => log.warn('a connection to the database broke', { why: error.message }),
  });
  const newToken = await ensureAdminToken(store, `${config.dataFolder}/admin-token`);
  const baseline = config.behaviour.isOn ? new ProfileBaseline() : undefined;
  const rules = await ActiveRules.open({
    ...{ store, readFiles, settings, baseline, log, now: Date.now },
    replica: config.replica,
  });
  const bus = await openBus({
    url: config.servers.join(','),
    seedFile: config.seedFile,
    name: config.replica,
    onError: (error) => log.warn(error.message, { code: error.code }),
  });
  const ruleLife = startRuleLife({
    ...{ store, active: rules, notices: ruleNotices(bus.nats), readFiles, log, now: Date.now },
    storedEvents: (query) => bus.storedEvents(query),
  });
  const backtests = await startBacktests({
    ...{ store, active: rules, log, now: Date.now },
    validate: (files) => ruleLife.lifecycle.validate(files),
    policy: config.detectors.policy,
    bus: { url: config.servers.join(','), seedFile: config.seedFile },
    dataFolder: config.dataFolder,
    alertsPerMinute: config.alertsPerMinute,
    replica: config.replica,
    isAlone: config.databaseUrl === undefined,
  });
  const detectors = await startLiveDetectors({
    ...{ store, rules, backtests, log },
    nats: bus.nats,
    settings: config.detectors,
    replica: config.replica,
    makeRuntime: (options) => new DetectorRuntime(options),
    publish: (alert) => bus.publishAlert(alert),
    onFindings: (partition) => work.collectSoon(partition),
  });
  const behaviour = await startLiveBehaviour({
    ...{ store, rules, log, nats: bus.nats, settings: config.behaviour, replica: config.replica },
    keysFolder: config.detectors.policy.keysFolder,
    view: {
      scores: (workload) => work.behaviour.scores(workload),
      observed: (workload) => work.behaviour.observed(workload),
    },
  });
  const work = new DetectionWork({
    engine: () => rules.engine(),
    publish: (alert) => bus.publishAlert(alert),
    alertsPerMinute: config.alertsPerMinute,
    detectors: detectors.work,
    behaviour,
    baseline,
    log,
  });
  const written = projectAlerts(bus, store);
  const heartbeats = new Heartbeats(bus.nats, log);
  const sender = new PlanSender({
    nats: bus.nats,
    wanted: () => rules.plan(),
    owns: (token) => work.owns(partitionOf(token)),
    log,
  });
  heartbeats.onBeat = (heartbeat) => void sender.take(heartbeat);
  const aborter = new AbortController();
  const api = createApi({
    store,
    containers: containerDirectory(work),
    nodes: nodeDirectory(work, heartbeats, { wanted: () => rules.plan(), sender }),
    rules: ruleDirectory(rules),
    ruleLife: ruleLife.lifecycle,
    detectorLife: detectors.lifecycle,
    backtests: backtests.lifecycle,
    behaviour: behaviour.lifecycle,
    plan: { get: () => rules.plan() },
    onAlertsWritten: written.listen,
    readiness: async () => [{ name: 'bus', ok: bus.stats().connected }],
    registry: createMetrics({
      work,
      heartbeats,
      plans: sender,
      bus: () => bus.stats(),
      ruleFailures: () => rules.failures(),
      rules: () => rules.state(),
      detectors: detectors.metrics,
      behaviour: {
        stats: () => work.behaviour.stats(),
        program: () => behaviour.program(),
        life: () => behaviour.stats(),
      },
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
  const sharing = setInterval(
    () => void work.behaviour.share(),
    Math.min(SHARE_SECONDS, config.behaviour.trainSeconds) * 1000,
  );
  const server = await listen(api.fetch, config);
  return {
    url: server.url,
    newToken,
    async stop() {
      clearInterval(flushing);
      clearInterval(sharing);
      work.flush();
      aborter.abort();
      await server.close();
      await backtests.stop();
      await bus.close();
      await detectors.stop();
      await behaviour.stop();
      await ruleLife.stop();
      await store.close();
    },
  };
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
