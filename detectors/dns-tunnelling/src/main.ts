import {
  batch,
  Config,
  containerKey,
  DistinctWindow,
  entropyOf,
  Finding,
  hashLower,
  KeyedTable,
  lowerText,
  NetDns,
  Severity,
} from '@picket/detector';
import { charactersOf, domainStart, isBelow, letteredCharactersOf } from './name';

const SECOND: u64 = 1_000_000_000;
const DOT: u8 = 46;
/** Characters from which on a name of a type that answers with free text is looked at. */
const SHORTEST = 12;

/** What came with the names of a window. */
@unmanaged
class Sum {
  bytes: u32;
  /** Names of types that answer with free text. */
  free: u32;
}

let names: u32 = 0;
let seconds: u64 = 0;
let length: i32 = 0;
let bits: i32 = 0;
let ignored: string[] = [];
/** Names by container and domain. */
let seen!: DistinctWindow;
let sums!: KeyedTable<Sum>;

export function onInit(config: Config): void {
  names = <u32>config.integer('names', 20, 2, 1024);
  seconds = <u64>config.integer('seconds', 60, 1, 3600);
  length = <i32>config.integer('length', 48, 8, 250);
  bits = <i32>(config.number('bits', 3, 0, 8) * 1000);
  ignored = config.list('ignore', 'in-addr.arpa, ip6.arpa, cluster.local');
  const keys = <i32>config.integer('keys', 1024, 16, 16384);
  seen = new DistinctWindow(names, seconds * SECOND, keys);
  sums = new KeyedTable<Sum>(keys, seconds * SECOND);
}

export function onNetDns(e: NetDns): void {
  if (e.slot == 0 || e.answer != 0) return;
  const at = e.name_at;
  let size = e.name_length;
  if (size > 0 && load<u8>(at + size - 1) == DOT) size--;
  const domain = domainStart(at, size);
  if (domain < 2) return;
  const below = domain - 1;
  const free = isFree(e.type);
  if (!carriesData(at, below, free) || isIgnored(at, size)) return;
  const time = batch.wallTime(e);
  const key = hashLower(at + domain, size - domain);
  const reached = seen.add(containerKey(e), key, <u32>hashLower(at, below), time);
  const sum = sums.touch(containerKey(e), key, time);
  if (!seen.added) return;
  if (seen.count == 1) {
    sum.bytes = 0;
    sum.free = 0;
  }
  sum.bytes += below;
  sum.free += free ? 1 : 0;
  if (reached) report(e, lowerText(at + domain, size - domain), sum);
}

/** CNAME, NULL, MX, TXT and types for private use: answers to these have room for what tunnels bring back. */
function isFree(type: u16): bool {
  return type == 5 || type == 10 || type == 15 || type == 16 || type >= 65280;
}

function carriesData(at: usize, size: i32, free: bool): bool {
  if (free) return letteredCharactersOf(at, size) >= SHORTEST;
  return size >= length && charactersOf(at, size) >= length && entropyOf(at, size) >= bits;
}

function isIgnored(at: usize, size: i32): bool {
  for (let i = 0; i < ignored.length; i++) if (isBelow(at, size, ignored[i])) return true;
  return false;
}

function report(e: NetDns, domain: string, sum: Sum): void {
  const share = ((sum.free * 100) / names).toString();
  new Finding('DNS tunnelling', Severity.Warning)
    .message(`${names} different names with data below ${domain} were asked for within ${seconds} s: ${sum.bytes} bytes`)
    .group(`names below ${domain}`)
    .field('dns.name', e.name)
    .field('domain', domain)
    .field('bytes', sum.bytes.toString())
    .field('free_text_percent', share)
    .emit();
}
