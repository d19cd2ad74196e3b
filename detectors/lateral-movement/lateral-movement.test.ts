import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { testDetector } from '../testing/detector-suite.ts';
import { type LateralConfig, LateralReference } from './reference.ts';

const PORTS = [22, 5432, 80, 8081];
const header = (ms: number, slot: number, generation = 1) => ({ slot, generation, time: BigInt(ms) * 1_000_000n });

const connect = (ms: number, slot: number, ip: string, port: number, protocol = 6) =>
  encodeRecord(Kind.NetConnect, header(ms, slot), {
    remote_ip: parseIp(ip) ?? new Uint8Array(16),
    remote_port: port,
    protocol,
  });

const started = (ms: number, slot: number, workload: string, namespace: string, ip: string, flags: number) =>
  encodeRecord(Kind.ContainerStarted, header(ms, slot), {
    workload,
    pod_namespace: namespace,
    ip,
    container_flags: flags,
  });

testDetector({
  id: 'lateral-movement',
  config: (pick) => ({
    learn_minutes: 1,
    ports: ['22', '5432'],
    peers: 3 + pick(3),
    seconds: 10 + pick(20),
    internal_ranges: ['0.0.0.0/0', '::/0'],
    keys: 20_000,
  }),
  reference: (config) => new LateralReference({ ...config, ports: [22, 5432] } as unknown as LateralConfig),
  record: (pick, ms) => {
    const minute = Math.floor(ms / 60_000);
    const ip = pick(5) === 0 ? `2001:db8::${1 + pick(9)}` : `10.0.${pick(1 + minute)}.${pick(12)}`;
    const slot = pick(12);
    if (pick(60) > 0) return connect(ms, slot, ip, PORTS[pick(4)] ?? 0, pick(20) === 0 ? 17 : 6);
    const [name, space] = [pick(4) === 0 ? '' : `deployment/w${pick(5)}`, `s${pick(2)}`];
    return started(ms, slot, name, space, pick(4) === 0 ? '' : ip, pick(3) === 0 ? 8 : 0);
  },
  stepMs: 100,
  least: 50,
  flood: (n) =>
    n % 4 === 0
      ? started(n, 1 + (n % 60_000), `w${n}`, 'default', `10.1.${(n >> 8) % 256}.${n % 256}`, 0)
      : connect(n, 1 + (n % 60_000), `10.${n % 7}.${(n >> 8) % 256}.${n % 256}`, 22),
});
