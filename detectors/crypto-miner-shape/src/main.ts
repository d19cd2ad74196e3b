import {
  batch,
  Config,
  containerKey,
  containsLower,
  decodeText,
  Finding,
  formatIp,
  ipKey,
  KeyedTable,
  NetClose,
  NetConnect,
  NetDns,
  parseIp,
  PerContainer,
  Severity,
  WindowResources,
} from '@picket/detector';
import { follow, Limits, Load, meanOf, Window } from './load';

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;
const TCP: u16 = 6;
const IN_PROGRESS = -115;
const ADDRESS = memory.data(16, 8);

@unmanaged
class Mark {
  unused: u64;
}

let hold: u64 = 0;
/** Most bytes a second. */
let diskRate: u64 = 0;
let networkRate: u64 = 0;
let ports!: StaticArray<i32>;
let words: string[] = [];
let loads!: PerContainer<Load>;
/** Addresses by container that came with a name like a pool's. */
let pools!: KeyedTable<Mark>;
const limits = new Limits();
const window = new Window();

export function onInit(config: Config): void {
  hold = <u64>config.integer('minutes', 5, 1, 1440) * 60 * SECOND;
  limits.load = <u64>config.integer('cpu_percent', 80, 5, 10000) * 10;
  limits.steady = <u64>config.integer('steady_percent', 25, 1, 100);
  diskRate = <u64>config.integer('disk_kib', 256, 0, 1048576) << 10;
  networkRate = <u64>config.integer('network_kib', 16, 0, 1048576) << 10;
  ports = config.integers('ports', '3333, 3334, 4444, 5555, 7777, 9999, 14433, 14444, 45560, 45700', 1, 65535);
  words = config.list('words', 'stratum, xmr, monero, mining, randomx, cryptonight');
  const keys = <i32>config.integer('keys', 2048, 16, 65536);
  loads = new PerContainer<Load>(keys, DAY);
  pools = new KeyedTable<Mark>(keys, DAY);
}

export function onNetDns(e: NetDns): void {
  if (e.slot == 0 || e.answer == 0 || e.addresses_length == 0 || !soundsLikePool(e)) return;
  const now = batch.wallTime(e);
  pools.expire(now);
  const at = e.addresses_at;
  const length = e.addresses_length;
  let from = 0;
  for (let i = 0; i <= length; i++) {
    if (i < length && load<u8>(at + i) != 0) continue;
    if (parseIp(decodeText(at + from, i - from), ADDRESS)) pools.touch(containerKey(e), ipKey(ADDRESS), now);
    from = i + 1;
  }
}

function soundsLikePool(e: NetDns): bool {
  for (let i = 0; i < words.length; i++) if (containsLower(e.name_at, e.name_length, words[i])) return true;
  return false;
}

export function onNetConnect(e: NetConnect): void {
  if (e.slot == 0 || e.protocol != TCP || (e.result < 0 && e.result != IN_PROGRESS)) return;
  const named = pools.peek(containerKey(e), ipKey(e.remote_ip)) !== null;
  if (!named && !ports.includes(e.remote_port)) return;
  if (load<u8>(e.remote_ip, 12) == 127 && load<u32>(e.remote_ip, 8) == 0xffff0000) return;
  const own = loads.of(e);
  own.connected = batch.wallTime(e);
  own.socket = e.socket;
  own.ipHigh = load<u64>(e.remote_ip);
  own.ipLow = load<u64>(e.remote_ip, 8);
  own.port = e.remote_port;
  own.localPort = e.local_port;
  own.named = named ? 1 : 0;
}

export function onNetClose(e: NetClose): void {
  const own = loads.peek(containerKey(e), 0);
  if (own === null || own.connected == 0 || own.port != e.remote_port) return;
  if (own.ipHigh != load<u64>(e.remote_ip) || own.ipLow != load<u64>(e.remote_ip, 8)) return;
  if (own.socket == e.socket || own.localPort == e.local_port) own.connected = 0;
}

export function onWindowResources(e: WindowResources): void {
  if (e.slot == 0) return;
  window.from = e.from + batch.wallOffset;
  window.to = e.to + batch.wallOffset;
  window.cpu = e.cpu;
  window.disk = e.read + e.written;
  window.network = e.received + e.sent;
  window.throttled = e.throttled > 0;
  const own = loads.of(e);
  if (!follow(own, window, limits) || own.told != 0 || !holds(own, batch.wallTime(e))) return;
  own.told = 1;
  report(own);
}

function holds(own: Load, now: u64): bool {
  if (own.until - own.since < hold || own.connected == 0 || <i64>(now - own.connected) < <i64>hold) return false;
  const seconds = own.span / SECOND;
  return own.disk <= diskRate * seconds && own.network <= networkRate * seconds;
}

function report(own: Load): void {
  store<u64>(ADDRESS, own.ipHigh);
  store<u64>(ADDRESS, own.ipLow, 8);
  const peer = `${formatIp(ADDRESS)} port ${own.port}`;
  const minutes = (own.until - own.since) / (60 * SECOND);
  const sign = own.named != 0 ? 'its name sounds like a pool' : 'pools listen on that port';
  new Finding('Cryptominer at work', Severity.Error)
    .message(
      `the container has used ${meanOf(own) / 10} % of a processor without pause for ${minutes} minutes and holds a connection to ${peer}: ${sign}`,
    )
    .group(`pool ${peer}`)
    .field('fd.rip', formatIp(ADDRESS))
    .field('fd.rport', own.port.toString())
    .field('cpu_percent', (meanOf(own) / 10).toString())
    .field('network_bytes', own.network.toString())
    .field('disk_bytes', own.disk.toString())
    .emit();
}
