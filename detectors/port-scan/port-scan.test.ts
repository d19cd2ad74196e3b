import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { testDetector } from '../testing/detector-suite.ts';
import { type PortScanConfig, PortScanReference } from './reference.ts';

const connect = (ms: number, slot: number, ip: string, port: number, protocol = 6) =>
  encodeRecord(
    Kind.NetConnect,
    { slot, generation: 1, time: BigInt(ms) * 1_000_000n },
    { remote_ip: parseIp(ip) ?? new Uint8Array(16), remote_port: port, protocol, family: 2 },
  );

testDetector({
  id: 'port-scan',
  config: (pick) => ({ ports: 5, hosts: 7, seconds: 2, keys: 30 + pick(90) }),
  reference: (config) => new PortScanReference(config as unknown as PortScanConfig),
  record: (pick, ms) => {
    const ip = pick(4) === 0 ? `2001:db8::${pick(12).toString(16)}` : `10.0.0.${pick(12)}`;
    return connect(ms, pick(4), ip, 1 + pick(9), pick(10) === 0 ? 17 : 6);
  },
  stepMs: 8,
  least: 100,
  flood: (n) => connect(n, 1 + (n % 50), `10.${n % 200}.${(n >> 8) % 256}.${n % 256}`, 1 + (n % 60_000)),
});
