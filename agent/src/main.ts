import { createLog, type Log, messageOf, PicketError } from '@picket/sdk';
import { readConfig, readSeed } from './config.ts';
import { makeIdentity } from './identity.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { AgentPipeline } from './pipeline.ts';
import { pipelineCounters } from './pipeline-counters.ts';
import { PlanStore } from './plan-store.ts';

const STOP_MS = 5000;

/** Says why and ends the process. The kernel detaches the probes with it. */
function fail(log: Log, error: unknown): never {
  const code = error instanceof PicketError ? error.code : undefined;
  log.error(messageOf(error), { code });
  if (code === undefined && error instanceof Error) log.error('where it happened', { stack: error.stack });
  process.exit(1);
}

async function main(): Promise<void> {
  const write = (line: string) => void process.stderr.write(line);
  let log = createLog('info', write);
  process.on('uncaughtException', (error) => fail(log, error));
  const config = readConfig();
  log = createLog(config.logLevel, write);
  const seed = readSeed(config.seedFile);
  const { openKernelSource } = await import('./source/kernel-source.ts');
  const plan = new PlanStore(config.dataFolder).load(log);
  const source = openKernelSource({ ...config, plan });
  const pipeline = new AgentPipeline({ config, seed, source, identity: await makeIdentity(config.node), log });
  onSignal(log, pipeline);
  if (config.metricsPort !== undefined) {
    const served = await serveMetrics(createMetrics(pipelineCounters(pipeline)), config.metricsPort);
    log.info('metrics are served', { url: `http://127.0.0.1:${served.port}/metrics` });
  }
  await pipeline.start((error) => fail(log, error));
}

/** The first signal ends in order, the second at once. */
function onSignal(log: Log, pipeline: AgentPipeline): void {
  let asked = false;
  const stop = (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    log.info('stopping', { signal });
    setTimeout(() => {
      log.error(`the agent did not stop within ${STOP_MS} ms: it ends now`);
      process.exit(1);
    }, STOP_MS).unref();
    pipeline.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal));
}

await main();
