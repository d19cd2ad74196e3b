import {
  batch,
  Config,
  ContainerStarted,
  containerKey,
  ContainerUpdated,
  DistinctWindow,
  Finding,
  formatIp,
  IpRanges,
  KeyedTable,
  NetConnect,
  Severity,
} from '@picket/detector';
import { Workloads } from './workloads';

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 1440 * MINUTE;
const TCP: u16 = 6;
const CONTAINERS = 8192;

@unmanaged
class Start {
  /** When the first connection of the workload was seen, ns since 1970. */
  since: u64;
}

@unmanaged
class Edge {
  unused: u64;
}

let learn: u64 = 0;
let ports!: StaticArray<i32>;
let peers: u32 = 0;
let seconds: u64 = 0;
let internal!: IpRanges;
let workloads!: Workloads;
let starts!: KeyedTable<Start>;
/** By workload: its peers (port 0), and its peers with ports of the list. */
let edges!: KeyedTable<Edge>;
let spread!: DistinctWindow;

export function onInit(config: Config): void {
  learn = <u64>config.integer('learn_minutes', 1440, 1, 43200) * MINUTE;
  const life = <u64>config.integer('forget_days', 30, 1, 365) * DAY;
  ports = config.integers(
    'ports',
    '22,111,135,139,445,873,2049,2375,2376,2379,2380,3306,3389,5432,5900,5985,6379,6443,8080,9200,10250,11211,27017',
    1,
    65535,
  );
  peers = <u32>config.integer('peers', 10, 2, 1024);
  seconds = <u64>config.integer('seconds', 300, 1, 86400);
  internal = config.ranges('internal_ranges', '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7');
  const keys = <i32>config.integer('keys', 32768, 64, 262144);
  workloads = new Workloads(CONTAINERS);
  starts = new KeyedTable<Start>(CONTAINERS, life);
  edges = new KeyedTable<Edge>(keys, life);
  spread = new DistinctWindow(peers, seconds * SECOND, 1024);
}

export function onContainer(e: ContainerStarted): void {
  workloads.learn(e);
}

export function onContainerStarted(e: ContainerStarted): void {
  workloads.learn(e);
}

export function onContainerUpdated(e: ContainerUpdated): void {
  // Both kinds have one layout.
  workloads.learn(changetype<ContainerStarted>(e));
}

// Attempts that fail count: who looks for a way fails often.
export function onNetConnect(e: NetConnect): void {
  if (e.slot == 0 || e.protocol != TCP || !internal.has(e.remote_ip)) return;
  const now = batch.wallTime(e);
  const from = workloads.of(e);
  const start = starts.touch(from, 0, now);
  if (starts.fresh) start.since = now;
  const learned = <i64>(now - start.since) >= <i64>learn;
  const peer = workloads.at(e.remote_ip);
  const key = peer * 0x9e3779b97f4a7c15;
  edges.touch(from, key, now);
  if (edges.fresh && learned && spread.add(containerKey(e), 0, <u32>(key ^ (key >> 32)), now)) reportSpread(e);
  if (!ports.includes(e.remote_port)) return;
  edges.touch(from, key + e.remote_port, now);
  if (edges.fresh && learned) reportEdge(e);
}

function reportEdge(e: NetConnect): void {
  const peer = `${formatIp(e.remote_ip)} port ${e.remote_port}`;
  new Finding('New way to an internal service', Severity.Warning)
    .message(`${peer} was connected to, which this workload has not done before`)
    .group(`way to ${peer}`)
    .field('fd.rip', formatIp(e.remote_ip))
    .field('fd.rport', e.remote_port.toString())
    .emit();
}

function reportSpread(e: NetConnect): void {
  new Finding('Spread to new internal hosts', Severity.Warning)
    .message(`${peers} internal hosts were connected to within ${seconds} s that this workload has not talked to before`)
    .group('spread')
    .field('fd.rip', formatIp(e.remote_ip))
    .field('fd.rport', e.remote_port.toString())
    .emit();
}
