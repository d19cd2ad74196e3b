import { encodeRecord, Kind } from '@picket/sdk';
import { testDetector } from '../testing/detector-suite.ts';
import type { Pick } from '../testing/random.ts';
import { type DnsTunnellingConfig, DnsTunnellingReference } from './reference.ts';

const ask = (ms: number, slot: number, name: string, type = 1, answer = 0) =>
  encodeRecord(Kind.NetDns, { slot, generation: 1, time: BigInt(ms) * 1_000_000n }, { name, type, answer });

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-_';
const DOMAINS = [
  't.example',
  'files.t.example',
  'shop.co.uk',
  'example',
  'a.b',
  'x.svc.cluster.local',
  '9.in-addr.arpa',
  '',
];
const TYPES = [1, 28, 16, 10, 5, 65399, 33];

function label(pick: Pick): string {
  const letters = 2 + pick(LETTERS.length - 2);
  return Array.from({ length: 1 + pick(40) }, () => LETTERS[pick(letters)]).join('');
}

function name(pick: Pick): string {
  const labels = Array.from({ length: pick(3) }, () => (pick(6) === 0 ? 'www' : label(pick)));
  const text = [...labels, DOMAINS[pick(DOMAINS.length)]].join('.') + (pick(5) === 0 ? '.' : '');
  return pick(5) === 0 ? text.toUpperCase() : text;
}

testDetector({
  id: 'dns-tunnelling',
  config: (pick) => ({
    names: 4 + pick(8),
    seconds: 20,
    length: 8 + pick(20),
    bits: pick(30) / 10,
    keys: 16 + pick(16),
  }),
  reference: (config) => {
    const ignore = ['in-addr.arpa', 'ip6.arpa', 'cluster.local'];
    return new DnsTunnellingReference({ ignore, ...config } as unknown as DnsTunnellingConfig);
  },
  record: (pick, ms) => ask(ms, pick(3), name(pick), TYPES[pick(TYPES.length)], pick(8) === 0 ? 1 : 0),
  stepMs: 60,
  least: 30,
  flood: (n) => ask(n, 1 + (n % 40), `0123456789abcdef-ghijklmnopqrstuvwxyz-0123456789-${n}.d${n % 5000}.example`),
});
