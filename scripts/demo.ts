import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readRunFile } from '@picket/cli';
import { messageOf } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { startContainer, type TestContainer } from '../test/support/container.ts';
import { readConfig } from './config.ts';
import { ATTACKS, BENIGN, METADATA_ADDRESS, WEB_PORT } from './demo/acts.ts';
import { AlertWatch } from './demo/alert-watch.ts';
import { live, type Outcome, perform } from './demo/play.ts';
import { describeArrival, LEAST_RULES, summarize, verdict } from './demo/report.ts';
import { ScriptError } from './errors.ts';
import { setUp } from './setup.ts';
import { runCommand } from './step.ts';

const print = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);

/** `npm run demo`: ordinary work and then an attack in a real container, with the alerts that come of it. */
async function main(): Promise<number> {
  const benignMs = parseQuick() ? 10_000 : 60_000;
  const client = openClient();
  await setUp('demo');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const container = await startContainer({
    name: 'shop-web',
    image: 'registry.example/shop/web:1.4',
    args: ['nginx', String(WEB_PORT)],
  });
  try {
    print(`Container shop-web (${container.id}) runs a web server.`);
    await container.addAddress(METADATA_ADDRESS);
    await untilKnown(client, container, stop.signal);
    return await play(client, container, benignMs, stop.signal);
  } finally {
    await container.remove();
    print('The container is removed.');
  }
}

async function play(client: PicketClient, container: TestContainer, ms: number, signal: AbortSignal): Promise<number> {
  const watch = new AlertWatch(client, container.id);
  await watch.start();
  const outcomes: Outcome[] = [];
  print('', `1. Ordinary work for ${ms / 1000} s: ${BENIGN.map(({ title }) => title).join(', ')}.`);
  const benign = await live(BENIGN, container, watch, ms, signal);
  print(benign.length === 0 ? '   No alert came.' : `   ${benign.length} alerts came, which should not be:`);
  for (const arrival of benign) print(...describeArrival(arrival));
  print('', '2. An intruder:');
  for (const act of ATTACKS) {
    if (signal.aborted) break;
    const outcome = await perform(act, container, watch);
    outcomes.push(outcome);
    print(
      `  ${act.title}`,
      ...(outcome.arrivals.length === 0 ? ['    no alert'] : outcome.arrivals.flatMap(describeArrival)),
    );
  }
  await watch.stop();
  const { ok, text } = verdict(outcomes, benign);
  print('', ...summarize(outcomes), '', `${text}.`);
  if (!ok) print(`That is not what it should be: at least ${LEAST_RULES} rules, and no alert from ordinary work.`);
  return ok ? 0 : 1;
}

function parseQuick(): boolean {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' } } }).values.quick ?? false;
  } catch (cause) {
    throw new ScriptError('USAGE', `${messageOf(cause)}\nUsage: npm run demo [-- --quick]`, { cause });
  }
}

/** @throws ScriptError NOT_RUNNING */
function openClient(): PicketClient {
  const { data } = readConfig();
  const run = readRunFile(data);
  if (!run) throw new ScriptError('NOT_RUNNING', 'Picket does not run here: npm start, in another terminal');
  return new PicketClient({ baseUrl: run.api, token: readFileSync(join(data, 'admin-token'), 'utf8').trim() });
}

/** Looks through all pages: a node that had many containers lists those that have stopped too. */
async function isListed(client: PicketClient, id: string, signal: AbortSignal): Promise<boolean> {
  let cursor: string | undefined;
  do {
    const { items, next } = await client.containers.list({ limit: 200, cursor }, { signal });
    if (items.some((item) => item.id === id)) return true;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return false;
}

/** Waits until the control plane has heard of the container. */
async function untilKnown(client: PicketClient, container: TestContainer, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isListed(client, container.id, signal)) return;
    await sleep(100);
  }
  throw new ScriptError(
    'DEMO_FAILED',
    'Picket has not noticed the new container within 10 s: does the agent run (npm start without --replay)?',
  );
}

if (import.meta.main) await runCommand(main);
