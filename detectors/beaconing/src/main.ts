import {
  batch,
  Config,
  containerKey,
  Finding,
  formatIp,
  ipKey,
  IpRanges,
  KeyedTable,
  NetConnect,
  Severity,
} from '@picket/detector';
import { Steadiness } from './intervals';

const MILLISECOND: u64 = 1_000_000;
const TCP: u16 = 6;

/** Connects of a container to one port of one peer. Behind it stand the newest intervals in ms, as a ring. */
@unmanaged
class Beats {
  /** Time of the last connect and of the last beat, ns since 1970. A beat is the first connect behind a pause. */
  connect: u64;
  beat: u64;
  /** Intervals since the count began. */
  count: u32;
  unused: u32;
}

const INTERVALS: usize = offsetof<Beats>();

let repetitions: u32 = 0;
let jitter: f64 = 0;
let least: u64 = 0;
let most: u64 = 0;
let internal: bool = false;
let internalRanges!: IpRanges;
let ignored!: IpRanges;
let peers!: KeyedTable<Beats>;
let steadiness!: Steadiness;

export function onInit(config: Config): void {
  repetitions = <u32>config.integer('repetitions', 16, 4, 64);
  jitter = config.number('jitter', 0.1, 0, 0.5);
  least = <u64>config.integer('least_seconds', 5, 1, 3600) * 1000 * MILLISECOND;
  most = <u64>config.integer('most_seconds', 7200, 6, 86400) * 1000 * MILLISECOND;
  if (most <= least) config.refuse('most_seconds', 'must be more than least_seconds');
  internal = config.flag('internal', false);
  internalRanges = config.ranges(
    'internal_ranges',
    '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16, fc00::/7, fe80::/10',
  );
  ignored = config.ranges('ignore', '127.0.0.0/8, ::1');
  const keys = <i32>config.integer('keys', 4096, 16, 65536);
  peers = new KeyedTable<Beats>(keys, most, <usize>repetitions << 2);
  steadiness = new Steadiness(<i32>repetitions);
}

// Only TCP: a connect of a datagram socket sends nothing. An attempt that fails counts, as the other end may be away.
export function onNetConnect(e: NetConnect): void {
  if (e.slot == 0 || e.protocol != TCP) return;
  const ip = e.remote_ip;
  if ((!internal && internalRanges.has(ip)) || ignored.has(ip)) return;
  const now = batch.wallTime(e);
  const beats = peers.touch(containerKey(e), ipKey(ip) * 0x9e3779b97f4a7c15 + <u64>e.remote_port, now);
  const pause = now - beats.connect;
  if (peers.fresh) beats.beat = now;
  // Events of different processors come a little out of order; what is not later belongs to the beat.
  if (<i64>pause <= 0) return;
  beats.connect = now;
  if (peers.fresh || pause < least) return;
  const interval = <u32>min<u64>((now - beats.beat) / MILLISECOND, u32.MAX_VALUE);
  beats.beat = now;
  take(e, beats, interval);
}

function take(e: NetConnect, beats: Beats, interval: u32): void {
  const ring = changetype<usize>(beats) + INTERVALS;
  store<u32>(ring + (<usize>(beats.count % repetitions) << 2), interval);
  beats.count++;
  if (beats.count < repetitions) return;
  if (!steadiness.measure(ring, <i32>repetitions, jitter)) return;
  beats.count = 0;
  report(e);
}

function report(e: NetConnect): void {
  const peer = `${formatIp(e.remote_ip)} port ${e.remote_port}`;
  const every = (<f64>steadiness.median / 1000).toString();
  new Finding('Beaconing', Severity.Notice)
    .message(`${peer} was connected to ${repetitions + 1} times, every ${every} s within ${share(steadiness)} %`)
    .group(`beats to ${peer}`)
    .field('fd.rip', formatIp(e.remote_ip))
    .field('fd.rport', e.remote_port.toString())
    .field('interval_ms', steadiness.median.toString())
    .field('deviation_ms', steadiness.deviation.toString())
    .emit();
}

/** Deviation in hundredths of the median, upwards. */
function share(clock: Steadiness): u32 {
  return <u32>((<u64>clock.deviation * 100 + clock.median - 1) / clock.median);
}
