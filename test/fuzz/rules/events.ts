import { encodeRecord, type FieldInfo, type FieldValue, KINDS, type KindInfo } from '@picket/sdk';
import { Random } from '../random.ts';

const LONGEST_PATH = 4000;
const TEXTS = [
  ...[
    '',
    '/',
    '/bin/sh',
    '/etc/shadow',
    '/tmp/x',
    '/home/a/.ssh/id_rsa',
    'sh',
    'bash',
    'a b',
    '\ufffd',
    'ÄÖ😀',
    '[',
    '*',
  ],
  ...['a'.repeat(LONGEST_PATH), `/${'a/'.repeat(LONGEST_PATH / 2)}`, 'key=value', 'bGF0ZQ==', '10.0.0.1', '-c'],
];
const ADDRESSES = [
  new Uint8Array(16),
  Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1]),
  Uint8Array.from([253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
];
const EACH = 3;

/** Records of every kind with random values, from a few processes and two containers. The same for the same seed. */
export function writeEvents(seed: number): Uint8Array {
  const random = new Random(seed);
  const records = KINDS.flatMap((kind) => random.some(EACH, EACH, () => writeEvent(random, kind)));
  return new Uint8Array(Buffer.concat(records));
}

function writeEvent(random: Random, kind: KindInfo): Uint8Array {
  const tgid = 100 + random.below(4);
  const header = {
    tgid,
    tid: tgid,
    ppid: 100 + random.below(4),
    uid: random.below(3),
    start: tgid * 1000,
    time: 1_000_000_000 + random.below(1_000_000_000),
    sequence: 1 + random.below(1000),
    slot: random.below(3),
    generation: 1,
    cgroup: 900,
    flags: random.chance(0.8) ? 0 : random.below(65_536),
    result: random.chance(0.7) ? random.below(10) : -random.below(130),
    syscall: random.chance(0.9) ? random.below(460) : 65_535,
  };
  const body = Object.fromEntries(kind.fields.map((field) => [field.name, writeField(random, field)]));
  return encodeRecord(kind.id, header, body);
}

function writeField(random: Random, { type }: FieldInfo): FieldValue {
  switch (type) {
    case 'str':
      return random.pick(TEXTS);
    case 'strs':
      return random.some(0, 3, () => random.pick(TEXTS));
    case 'counts':
      return random.some(0, 3, () => [random.below(460), random.below(1000)] as const);
    case 'ip':
      return random.pick(ADDRESSES);
    case 'u64':
    case 'i64':
      return BigInt(random.below(2 ** 32)) * BigInt(random.pick([0, 1, 2 ** 31]));
    default:
      return random.chance(0.7) ? random.below(16) : random.below(2 ** 32);
  }
}
