import { type IgnoredPeers, MOST_PORT_RANGES, parseIp } from '@picket/sdk';

/** Bytes of an address as the kernel keeps it (IPv4 mapped into IPv6). */
const ADDRESS_BYTES = 16;
const MAPPED_BITS = 96;
const ALL_PORTS: readonly [number, number] = [0, 65_535];

/** Keys (`struct network`) and values (`struct port_ranges`) of bpf/include/peer_rules.h, hexadecimal. */
export function peerTable(rules: readonly IgnoredPeers[]): ReadonlyMap<string, string> {
  const byNetwork = new Map<string, [number, number][]>();
  for (const rule of rules) {
    const key = networkKey(rule.cidr);
    const ranges = rule.ports.length > 0 ? rule.ports : [ALL_PORTS];
    const all = [...(byNetwork.get(key) ?? []), ...ranges];
    byNetwork.set(key, all.slice(0, MOST_PORT_RANGES) as [number, number][]);
  }
  return new Map([...byNetwork].map(([key, ranges]) => [key, rangesValue(ranges)]));
}

function networkKey(cidr: string): string {
  const slash = cidr.lastIndexOf('/');
  const address = parseIp(cidr.slice(0, slash)) ?? new Uint8Array(ADDRESS_BYTES);
  const bits = Number(cidr.slice(slash + 1)) + (cidr.includes(':') ? 0 : MAPPED_BITS);
  const key = Buffer.alloc(4 + ADDRESS_BYTES);
  key.writeUInt32LE(bits, 0);
  key.set(address, 4);
  return key.toString('hex');
}

function rangesValue(ranges: readonly (readonly [number, number])[]): string {
  const value = Buffer.alloc(4 + MOST_PORT_RANGES * 4);
  value.writeUInt32LE(ranges.length, 0);
  for (const [i, [first, last]] of ranges.entries()) {
    value.writeUInt16LE(first, 4 + i * 4);
    value.writeUInt16LE(last, 6 + i * 4);
  }
  return value.toString('hex');
}
