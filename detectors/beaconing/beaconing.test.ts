import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { testDetector } from '../testing/detector-suite.ts';
import { random } from '../testing/random.ts';
import { type BeaconingConfig, BeaconingReference, clockOf } from './reference.ts';

const connect = (ms: number, slot: number, ip: string, port: number, protocol = 6) =>
  encodeRecord(
    Kind.NetConnect,
    { slot, generation: 1, time: BigInt(ms) * 1_000_000n },
    { remote_ip: parseIp(ip) ?? new Uint8Array(16), remote_port: port, protocol, family: 2 },
  );

/** When each peer is connected to next, in ms: peers keep clocks of their own, some worse than others. */
const next = new Map<number, number>();

testDetector({
  id: 'beaconing',
  config: (pick) => {
    next.clear();
    return {
      repetitions: 5 + pick(4),
      jitter: 0.05 + pick(10) / 100,
      least_seconds: 1,
      most_seconds: 60,
      internal: true,
      keys: 40,
    };
  },
  reference: (config) => new BeaconingReference(config as unknown as BeaconingConfig),
  record: (pick, ms) => {
    const due = [...next].find(([, at]) => at <= ms)?.[0];
    const peer = due ?? pick(8);
    if (due !== undefined || !next.has(peer)) next.set(peer, ms + 3000 + 700 * peer + pick(1 + peer * 150));
    // Without a clock that is due something comes that has none.
    const slot = due === undefined ? 3 + pick(60) : 1 + (peer % 2);
    const ip = peer % 3 === 0 ? `2001:db8::${peer}` : `192.0.2.${peer}`;
    return connect(ms, slot, ip, 443, pick(30) === 0 ? 17 : 6);
  },
  stepMs: 200,
  // with clocks that run on all the time
  nodes: 1,
  least: 20,
  flood: (n) => connect(n, 1 + (n % 50), `198.51.100.${n % 256}`, 1 + (n % 60_000)),
});

describe('clockOf', () => {
  const intervals = (make: () => number) => Array.from({ length: 16 }, make);

  it('takes people for a clock once in a thousand times at most', () => {
    const pick = random(7);
    const wait = () => Math.round(-Math.log((1 + pick(1e6)) / 1e6) * 60_000) + 5000;
    const taken = Array.from({ length: 20_000 }, () => clockOf(intervals(wait), 0.1)).filter(Boolean);
    expect(taken.length).toBeLessThan(20);
  });

  it('knows a clock that trembles and misses beats', () => {
    const pick = random(8);
    const beat = () => (60_000 + pick(9000) - 4500) * (pick(8) === 0 ? 2 : 1);
    const taken = Array.from({ length: 1000 }, () => clockOf(intervals(beat), 0.1)).filter(Boolean);
    expect(taken.length).toBeGreaterThan(990);
  });
});
