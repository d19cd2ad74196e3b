import { Network } from './network.ts';

/** One container of the shop. */
export interface Workload {
  /** Name of the container, its host name, and its name in DNS. */
  readonly name: string;
  /** Folder below images/ that is laid over the Debian, and name of the image. */
  readonly image: string;
  /** Last number of its address. */
  readonly host: number;
  readonly args: readonly string[];
  readonly env?: readonly string[];
  /** Where volumes are mounted, by name of the volume. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** Most CPU time, in percent of one CPU. */
  readonly cpuPercent: number;
}

/** What the images of the recipe are called, without the name of each. */
export const REGISTRY = 'registry.example/ordinary/';

/** A password that protects nothing but the database of the recipe. */
const PASSWORD = 'bread-and-cheese';
const POSTGRES_PATH = 'PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What the others need before they start. */
export const RESOLVER: Workload = {
  name: 'dns',
  image: 'dns',
  host: 2,
  args: ['dnsmasq', '--keep-in-foreground', '--conf-file=/etc/dnsmasq.conf'],
  cpuPercent: 10,
};

/** The six ordinary workloads but for the build, whose container lives as long as one build. */
export const SERVICES: readonly Workload[] = [
  {
    name: 'db',
    image: 'postgres',
    host: 11,
    args: ['/usr/local/bin/entrypoint'],
    env: [`POSTGRES_PASSWORD=${PASSWORD}`, 'PGDATA=/var/lib/postgresql/data/cluster', POSTGRES_PATH],
    volumes: { db: '/var/lib/postgresql/data' },
    cpuPercent: 30,
  },
  {
    name: 'cache',
    image: 'redis',
    host: 12,
    args: ['/usr/local/bin/entrypoint'],
    volumes: { cache: '/data' },
    cpuPercent: 20,
  },
  {
    name: 'app',
    image: 'app',
    host: 13,
    args: ['node', '/srv/app/app.mjs', '/run/secrets/db-password'],
    env: ['NODE_ENV=production'],
    volumes: { secrets: '/run/secrets' },
    cpuPercent: 30,
  },
  {
    name: 'web',
    image: 'nginx',
    host: 14,
    args: ['/usr/local/bin/entrypoint', 'nginx', '-g', 'daemon off;'],
    env: ['UPSTREAM=app.shop.internal:8080', `RESOLVER=${Network.address(RESOLVER.host)}`],
    cpuPercent: 20,
  },
  {
    name: 'cron',
    image: 'cron',
    host: 15,
    args: ['/usr/local/bin/entrypoint'],
    env: [`PGPASSWORD=${PASSWORD}`],
    volumes: { backups: '/backups' },
    cpuPercent: 20,
  },
];

/** Serves the projects that are built: `tiny`, `libiberty`. */
export const projectServer = (projects: readonly string[]): Workload => ({
  name: 'git',
  image: 'git',
  host: 16,
  args: ['/usr/local/bin/entrypoint', ...projects],
  cpuPercent: 30,
});

/**
 * One build of a project in a container of its own. The library is built on a volume, as build services do it, since its
 * configure runs what it has just compiled; the tiny project in /tmp, where make does.
 */
export const build = (project: string): Workload => ({
  name: 'ci',
  image: 'ci',
  host: 17,
  args: ['/usr/local/bin/job', project, project === 'tiny' ? '/tmp' : '/builds'],
  volumes: { builds: '/builds' },
  cpuPercent: 30,
});

/**
 * Who keeps the services busy, at rates that leave most of a small machine to others: page views, transactions a second,
 * seconds between two rounds of redis-benchmark.
 */
export const visitors = (views: number, transactions: number, cachePause = 5): readonly Workload[] => [
  { name: 'visitors', image: 'load', host: 21, args: ['node', '/srv/load/load.mjs', String(views)], cpuPercent: 10 },
  {
    name: 'pgbench',
    image: 'load',
    host: 22,
    args: ['/srv/load/pgbench.sh', String(transactions)],
    env: [`PGPASSWORD=${PASSWORD}`, 'PGHOST=db', 'PGUSER=shop', 'PGDATABASE=shop', POSTGRES_PATH],
    cpuPercent: 10,
  },
  {
    name: 'redis-benchmark',
    image: 'load',
    host: 23,
    args: ['/srv/load/redis.sh', String(cachePause)],
    cpuPercent: 10,
  },
];

/** All that have an address and a name. */
export const ALL: readonly Workload[] = [RESOLVER, ...SERVICES, projectServer([]), build(''), ...visitors(0, 0)];

/** Files of the volume `secrets`. */
export const SECRETS: Readonly<Record<string, string>> = { 'db-password': `${PASSWORD}\n` };

/** Names of the six: the rest helps them. */
export const SIX: readonly string[] = ['web', 'db', 'cache', 'app', 'cron', 'ci'];

/** Health checks that run inside, as engines do them: name of the workload, seconds between two, command. */
export const PROBES: readonly (readonly [name: string, seconds: number, command: readonly string[]])[] = [
  ['db', 10, ['sh', '-c', 'exec pg_isready --quiet --host=127.0.0.1 --username=shop']],
  ['cache', 10, ['redis-cli', 'ping']],
  ['web', 10, ['curl', '--fail', '--silent', '--show-error', '--output', '/dev/null', 'http://127.0.0.1/healthz']],
  ['app', 30, ['node', '-e', "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1))"]],
  ['cron', 30, ['pgrep', '--exact', 'cron']],
  ['git', 60, ['git', 'ls-remote', '--quiet', 'git://127.0.0.1/tiny']],
];
