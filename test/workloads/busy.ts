import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@picket/sdk';
import { waitFor } from '../support/wait-for.ts';
import type { Shop } from './shop.ts';
import { build, PROBES, projectServer, RESOLVER, SERVICES, visitors } from './workloads.ts';

const BUILD_SECONDS = 600;
/** Between two builds, and as often each service gets a new container, as at a new version or after a failure. */
const BUILD_PAUSE_SECONDS = 20;
const RESTARTS: readonly (readonly [name: string, seconds: number])[] = [
  ['app', 300],
  ['web', 480],
  ['cache', 540],
  ['db', 660],
  ['cron', 780],
];
const RELOAD_SECONDS = 210;

/** How much the shop has to do. */
export interface Pace {
  /** What is built, in turn: `tiny`, `libiberty`. */
  readonly projects: readonly string[];
  /** Page views a second. */
  readonly views: number;
  /** Transactions a second, of pgbench. */
  readonly transactions: number;
}

/** What was done, so that nobody takes a shop that stood still for a quiet one. */
export class Deeds {
  readonly counts = new Map<string, number>();
  /** What went wrong, with how often; a health check fails while its service starts again. */
  readonly failures = new Map<string, number>();

  done(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  failed(what: string, why: string): void {
    const line = `${what}: ${why.trim().split('\n').at(-1)}`;
    this.failures.set(line, (this.failures.get(line) ?? 0) + 1);
  }
}

/** Starts all of it in an order that works: names, services, projects, visitors. */
export async function startAll(shop: Shop, pace: Pace): Promise<void> {
  const helpers = [projectServer(pace.projects), ...visitors(pace.views, pace.transactions)];
  for (const workload of [RESOLVER, ...SERVICES, ...helpers]) await shop.start(workload);
}

/**
 * Does to the shop what operators and engines do, until told to end: health checks, builds one after the other, reloads,
 * new containers.
 */
export async function keepBusy(shop: Shop, { projects }: Pace, signal: AbortSignal): Promise<Deeds> {
  const deeds = new Deeds();
  const restarting = new Set<string>();
  const anew = async (name: string) => {
    restarting.add(name);
    try {
      await restart(shop, name);
    } finally {
      restarting.delete(name);
    }
  };
  const probes = PROBES.map(([name, seconds, command]) =>
    every(seconds, signal, deeds, `check of ${name}`, async () => {
      if (restarting.has(name)) return;
      if (await shop.container(name).ended()) await anew(name);
      else await mustSucceed(shop, name, command);
    }),
  );
  const restarts = RESTARTS.map(([name, seconds]) =>
    every(seconds, signal, deeds, `new container for ${name}`, () => anew(name)),
  );
  const reloads = every(RELOAD_SECONDS, signal, deeds, 'reload of web', async () => {
    if (!restarting.has('web')) await mustSucceed(shop, 'web', ['nginx', '-s', 'reload']);
  });
  await Promise.all([...probes, ...restarts, reloads, builds(shop, projects, signal, deeds)]);
  return deeds;
}

async function restart(shop: Shop, name: string): Promise<void> {
  const service = SERVICES.find((each) => each.name === name);
  if (!service) throw new Error('it has ended, and is none that is started again');
  await shop.stop(name);
  await shop.start(service);
}

async function mustSucceed(shop: Shop, name: string, command: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await shop.container(name).exec(command);
  if (code !== 0) throw new Error(`code ${code} ${stderr || stdout}`);
}

async function builds(shop: Shop, projects: readonly string[], signal: AbortSignal, deeds: Deeds): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    const project = projects[i % projects.length] as string;
    const job = await shop.start(build(project));
    await waitFor(
      'the end of a build',
      async () => ((await job.ended()) || signal.aborted ? true : undefined),
      BUILD_SECONDS,
    );
    const output = await shop.stop('ci');
    if (output.includes(`/builds/${project}.tar.gz`)) deeds.done(`build of ${project}`);
    else if (!signal.aborted) deeds.failed(`build of ${project}`, output);
    await pause(BUILD_PAUSE_SECONDS, signal);
  }
}

/** Repeats an act, the first time after one period; a failure is counted and does not end the rest. */
async function every(
  seconds: number,
  signal: AbortSignal,
  deeds: Deeds,
  what: string,
  act: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await pause(seconds, signal);
    if (signal.aborted) return;
    try {
      await act();
      deeds.done(what);
    } catch (error) {
      deeds.failed(what, messageOf(error));
    }
  }
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
