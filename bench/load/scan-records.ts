import { encodeRecord, Kind, parseIp } from '@picket/sdk';

/**
 * Ordinary traffic of 50 containers: each talks to a few services, and one container scans a host.
 * @param connects percent of the records that are connects; the others are opens
 */
export function scanRecords(count: number, connects: number): Uint8Array {
  const parts = Array.from({ length: count }, (_, i) => {
    const scan = i % 97 === 0;
    const header = { slot: scan ? 1 : 1 + ((i * 7919) % 50), generation: 1, time: 1_000_000n * BigInt(i) };
    if (!scan && i % 100 >= connects) return encodeRecord(Kind.FileOpen, header, { path: '/etc/hosts' });
    const remote_ip = parseIp(scan ? '10.9.9.9' : `10.0.${(i * 31) % 4}.${(i * 17) % 10}`) ?? new Uint8Array(16);
    const remote_port = scan ? 1000 + i : 80 + ((i * 13) % 5);
    return encodeRecord(Kind.NetConnect, header, { remote_ip, remote_port, protocol: 6 });
  });
  return new Uint8Array(Buffer.concat(parts));
}
