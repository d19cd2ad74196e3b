// First: it teaches zod about OpenAPI, and schemas that were made before (those of the SDK) would not know.
import '@hono/zod-openapi';

import { createLog, type Log, messageOf, PicketError } from '@picket/sdk';
import { readConfig } from './config.ts';
import { type ControlPlane, startControlPlane } from './pipeline.ts';

const STOP_MS = 15_000;

function fail(log: Log, error: unknown): never {
  const code = error instanceof PicketError ? error.code : undefined;
  log.error(messageOf(error), { code });
  if (code === undefined && error instanceof Error) log.error('where it happened', { stack: error.stack });
  process.exit(1);
}

/** The first signal ends in order, the second at once. */
function onSignal(log: Log, controlPlane: ControlPlane): void {
  let asked = false;
  const stop = (signal: string) => {
    if (asked) process.exit(1);
    asked = true;
    log.info('stopping', { signal });
    setTimeout(
      () => fail(log, new Error(`the control plane did not stop within ${STOP_MS} ms: it ends now`)),
      STOP_MS,
    ).unref();
    controlPlane.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(log, error),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal));
}

async function main(): Promise<void> {
  const write = (line: string) => void process.stderr.write(line);
  let log = createLog('info', write);
  process.on('uncaughtException', (error) => fail(log, error));
  const config = readConfig();
  log = createLog(config.logLevel, write);
  const controlPlane = await startControlPlane(config, log).catch((error: unknown) => fail(log, error));
  onSignal(log, controlPlane);
  if (controlPlane.newToken)
    log.info('the token of the first administrator was written', { file: `${config.dataFolder}/admin-token` });
  log.info('ready', { url: controlPlane.url });
}

await main();
