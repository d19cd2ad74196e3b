import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { testDetector } from '../testing/detector-suite.ts';
import type { Pick } from '../testing/random.ts';
import { type MinerConfig, MinerReference } from './reference.ts';

const header = (ms: number, slot: number) => ({ slot, generation: 1, time: BigInt(ms) * 1_000_000n });
const ip = (text: string) => parseIp(text) ?? new Uint8Array(16);
const NAMES = ['Pool.XMR.example', 'www.example', 'stratum.example', 'api.example'];

/** End of the last window of each container, ms. */
const until = new Map<string, number>();

function window(pick: Pick, ms: number, slot: number, key: string): Uint8Array {
  const from = until.get(key) ?? ms - 500;
  until.set(key, ms);
  const span = Math.max(1, ms - from);
  const share = slot === 3 ? pick(100) : 85 + pick(15) - (pick(150) === 0 ? 60 : 0);
  const body = {
    from: BigInt(ms - span) * 1_000_000n,
    to: BigInt(ms) * 1_000_000n,
    cpu: BigInt(span * share) * 10_000n,
    written: pick(10) === 0 ? span * 150 : 0,
    sent: pick(10) === 0 ? span * 8 : 0,
    throttled: pick(2),
  };
  return encodeRecord(Kind.WindowResources, header(ms, slot), body);
}

function other(pick: Pick, ms: number, slot: number): Uint8Array {
  const peer = `192.0.2.${pick(3)}`;
  const socket = { remote_ip: ip(peer), local_port: 4000 + pick(3), socket: pick(3), protocol: 6 };
  switch (pick(6)) {
    case 0:
      return encodeRecord(Kind.NetDns, header(ms, slot), {
        name: NAMES[pick(4)] ?? '',
        answer: pick(2),
        addresses: pick(9) === 0 ? [] : [peer, '2001:db8::1'],
      });
    case 1:
      return encodeRecord(Kind.NetClose, header(ms, slot), { ...socket, remote_port: pick(9) === 0 ? 3333 : 80 });
    default:
      return encodeRecord(
        Kind.NetConnect,
        { ...header(ms, slot), result: pick(9) === 0 ? -111 : -115 },
        { ...socket, remote_port: pick(9) === 0 ? 3333 : 443, protocol: pick(9) === 0 ? 17 : 6 },
      );
  }
}

testDetector({
  id: 'crypto-miner-shape',
  config: (pick) => {
    until.clear();
    return {
      minutes: 1,
      cpu_percent: 80,
      steady_percent: 20 + pick(10),
      disk_kib: 20,
      network_kib: 1,
      ports: ['3333'],
    };
  },
  reference: (config) =>
    new MinerReference({ ...config, ports: [3333], words: ['stratum', 'xmr'] } as unknown as MinerConfig),
  record: (pick, ms, node) => {
    const slot = pick(4);
    return pick(40) === 0 ? other(pick, ms, slot) : window(pick, ms, slot, `${node} ${slot}`);
  },
  stepMs: 400,
  least: 4,
  flood: (n) =>
    n % 2 === 0
      ? encodeRecord(Kind.NetConnect, header(n, 1 + (n % 60_000)), {
          remote_ip: ip('192.0.2.1'),
          remote_port: 3333,
          protocol: 6,
        })
      : encodeRecord(Kind.NetDns, header(n, 1 + (n % 60_000)), {
          name: 'xmr.example',
          answer: 1,
          addresses: ['192.0.2.9'],
        }),
});
