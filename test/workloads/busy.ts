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
  /** Health checks, reloads and new containers come so many times more seldom; 1 when left out. */
  readonly stretch?: number;
  /** Seconds between two builds. */
  readonly buildPauseSeconds?: number;
  /** Seconds between two rounds of redis-benchmark. */
  readonly cachePauseSeconds?: number;
  /** Seconds between two jobs that an operator does by hand; none when left out. */
  readonly upkeepSeconds?: number;
  /** Calls a build when its turn has come: of several shops, so that no two build at once. */
  readonly inTurn?: (build: () => Promise<void>) => Promise<void>;
}

/** Jobs that operators do by hand inside, in turn: a log is opened anew, the database is tidied and dumped, the cache saved. */
const UPKEEP: readonly (readonly [name: string, command: readonly string[]])[] = [
  ['web', ['nginx', '-s', 'reopen']],
  ['db', ['gosu', 'postgres', 'vacuumdb', '--quiet', '--analyze', 'shop']],
  ['cache', ['redis-cli', 'bgsave']],
  ['db', ['gosu', 'postgres', 'pg_dump', '--file=/var/lib/postgresql/data/shop.dump', 'shop']],
  ['cache', ['redis-cli', 'info', 'memory']],
];

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

  /** Counts what another shop did, too. */
  add(other: Deeds): void {
    for (const [what, count] of other.counts) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
    for (const [what, count] of other.failures) this.failures.set(what, (this.failures.get(what) ?? 0) + count);
  }
}

/** Starts all of it in an order that works: names, services, projects, visitors. */
export async function startAll(shop: Shop, pace: Pace): Promise<void> {
  const helpers = [projectServer(pace.projects), ...visitors(pace.views, pace.transactions, pace.cachePauseSeconds)];
  for (const workload of [RESOLVER, ...SERVICES, ...helpers]) await shop.start(workload);
}

/**
 * Does to the shop what operators and engines do, until told to end: health checks, builds one after the other, reloads,
 * new containers.
 */
export async function keepBusy(shop: Shop, pace: Pace, signal: AbortSignal): Promise<Deeds> {
  const stretch = pace.stretch ?? 1;
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
    every(stretch * seconds, signal, deeds, `check of ${name}`, async () => {
      if (restarting.has(name)) return;
      if (await shop.container(name).ended()) await anew(name);
      else await mustSucceed(shop, name, command);
    }),
  );
  const restarts = RESTARTS.map(([name, seconds]) =>
    every(stretch * seconds, signal, deeds, `new container for ${name}`, () => anew(name)),
  );
  const reloads = every(stretch * RELOAD_SECONDS, signal, deeds, 'reload of web', async () => {
    if (!restarting.has('web')) await mustSucceed(shop, 'web', ['nginx', '-s', 'reload']);
  });
  const upkeep = keptUp(shop, pace, signal, deeds, restarting);
  await Promise.all([...probes, ...restarts, reloads, upkeep, builds(shop, pace, signal, deeds)]);
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

async function keptUp(
  shop: Shop,
  { upkeepSeconds }: Pace,
  signal: AbortSignal,
  deeds: Deeds,
  restarting: ReadonlySet<string>,
): Promise<void> {
  if (upkeepSeconds === undefined) return;
  let turn = 0;
  await every(upkeepSeconds, signal, deeds, 'job by hand', async () => {
    const [name, command] = UPKEEP[turn++ % UPKEEP.length] as (typeof UPKEEP)[number];
    if (!restarting.has(name)) await mustSucceed(shop, name, command);
  });
}

async function builds(shop: Shop, pace: Pace, signal: AbortSignal, deeds: Deeds): Promise<void> {
  const { projects, buildPauseSeconds = BUILD_PAUSE_SECONDS, inTurn = (build) => build() } = pace;
  for (let i = 0; !signal.aborted; i++) {
    const project = projects[i % projects.length] as string;
    await inTurn(async () => {
      if (!signal.aborted) await builtOnce(shop, project, signal, deeds);
    });
    await pause(buildPauseSeconds, signal);
  }
}

async function builtOnce(shop: Shop, project: string, signal: AbortSignal, deeds: Deeds): Promise<void> {
  const job = await shop.start(build(project));
  await waitFor(
    'the end of a build',
    async () => ((await job.ended()) || signal.aborted ? true : undefined),
    BUILD_SECONDS,
  );
  const output = await shop.stop('ci');
  if (output.includes(`/builds/${project}.tar.gz`)) deeds.done(`build of ${project}`);
  else if (!signal.aborted) deeds.failed(`build of ${project}`, output);
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
