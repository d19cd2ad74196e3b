import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { DetectorCompiler } from '../compile/detector-compiler.ts';
import { guardModule } from '../guard/guard-module.ts';
import { DetectorInstance } from './detector-instance.ts';
import { guestBatch } from './guest-batch.ts';

/** Logs what the parts of the library answer that work on bytes and addresses. */
const SOURCE = `
import {
  Config, ContainerStarted, ProcessExit, containsLower, DistinctWindow, endsWith, entropyOf, formatIp, hashBytes, hashLower, lastIndexOf, log, lowerText, medianOf,
  parseIp, textIs,
} from '@picket/detector';

const ADDRESS = memory.data(16, 8);

export function onInit(config: Config): void {
  const text = config.text('text', '');
  const part = config.text('part', '');
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  const at = bytes.dataStart;
  const length = bytes.length;
  log([
    endsWith(at, length, part).toString(), textIs(at, length, part).toString(), containsLower(at, length, part).toString(),
    lastIndexOf(at, length, 46).toString(), lowerText(at, length), hashBytes(at, length).toString(16),
    hashLower(at, length).toString(16), entropyOf(at, length).toString(),
  ].join(' '));
  const ip = config.text('ip', '');
  const known = parseIp(ip, ADDRESS);
  const ranges = config.ranges('ranges', '');
  if (ip.length > 0) log(known ? formatIp(ADDRESS) + ' ' + ranges.has(ADDRESS).toString() : 'no address');
  const numbers = config.integers('numbers', '', 0, 1000);
  if (numbers.length > 0) log(medianOf(changetype<usize>(numbers), numbers.length).toString() + ' of ' + numbers.join(','));
}

export function onContainer(e: ContainerStarted): void {
  log('container ' + e.name);
}

export function onProcessExit(e: ProcessExit): void {
  log('exit ' + e.tgid.toString());
}

export function onTick(now: u64): void {
  const window = new DistinctWindow(2, 10, 8);
  const said: string[] = [];
  for (let i = 0; i < 5; i++) {
    window.add(1, 1, i / 2, i);
    said.push(window.count.toString() + window.added.toString());
  }
  window.add(1, 1, 9, 50);
  said.push(window.count.toString() + window.added.toString());
  log(said.join(' '));
}
`;

let module: WebAssembly.Module;
beforeAll(async () => {
  const compiled = await new DetectorCompiler().compile({ 'main.ts': SOURCE });
  const capabilities = new Set(['observe'] as const);
  module = new WebAssembly.Module(guardModule(compiled.module, { capabilities }).bytes);
}, 120_000);

function started(config: Record<string, string>) {
  const logs: string[] = [];
  const host = { emit: () => {}, log: (_level: number, message: string) => void logs.push(message), now: () => 0n };
  const instance = new DetectorInstance(module, { encoding: 'utf16', host });
  const { error } = instance.init(JSON.stringify(config));
  return { instance, logs, error };
}
const answers = (config: Record<string, string>) => started(config).logs;

/** FNV-1a of 64 bits. */
const fnv = (text: string) =>
  new TextEncoder()
    .encode(text)
    .reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n)
    .toString(16);

describe('bytes', () => {
  it.each([
    ['', '', 'true true true -1 '],
    ['a', 'b', 'false false false -1 a'],
    ['/run/docker.sock', 'docker.sock', 'true false true 11 /run/docker.sock'],
    ['EU.Stratum.example', 'stratum', 'false false true 10 eu.stratum.example'],
    ['abab', 'abab', 'true true true -1 abab'],
    ['xab', 'xabc', 'false false false -1 xab'],
    ['é.', 'b', 'false false false 2 é.'],
  ])('of %j, looked at for %j', (text, part, said) => {
    const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    expect(answers({ text, part })[0]).toMatch(new RegExp(`^${said} ${fnv(text)} ${fnv(lower)} [0-9]+$`));
  });
});

it('has the entropy that the formula gives', () => {
  const bytes = Array.from({ length: 400 }, (_, i) => String.fromCharCode(33 + ((i * i) % 90)));
  for (const length of [1, 2, 17, 63, 128, 255, 400]) {
    const text = bytes.slice(0, length).join('');
    const seen = text.slice(0, 255);
    const exact = [...new Set(seen)]
      .map((c) => seen.split(c).length - 1)
      .reduce((sum, n) => sum - (n / seen.length) * Math.log2(n / seen.length), 0);
    const said = Number(answers({ text, part: 'x' })[0]?.split(' ').at(-1));
    expect(Math.abs(said - exact * 1000)).toBeLessThan(2);
  }
});

describe('addresses', () => {
  const ranges = '10.0.0.0/8, 192.0.2.7, fc00::/7, 2001:db8:0:1::/64, 198.51.100.128/25, ::1';
  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['198.51.100.127', false],
    ['198.51.100.128', true],
    ['fdff::1', true],
    ['fe00::1', false],
    ['2001:db8:0:1:ffff::', true],
    ['2001:db8:0:2::', false],
    ['::1', true],
    ['::', false],
    ['1:2:3:4:5:6:7:8', false],
  ])('%s lies in a range: %s', (ip, isIn) => {
    expect(parseIp(ip)).toBeDefined();
    expect(answers({ ip, ranges })[1]).toBe(`${ip} ${isIn}`);
  });

  it.each([
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.x',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1.2.3.1234',
  ])('%s is none', (ip) => {
    expect(parseIp(ip)).toBeUndefined();
    expect(answers({ ip })[1]).toBe('no address');
  });

  it('takes everything, or all of a family', () => {
    expect(answers({ ip: '203.0.113.9', ranges: '0.0.0.0/0' })[1]).toContain('true');
    expect(answers({ ip: '2001:db8::1', ranges: '0.0.0.0/0' })[1]).toContain('false');
    expect(answers({ ip: '203.0.113.9', ranges: '::/0' })[1]).toContain('true');
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', 'web', '::/129', '10.0.0.0/x'])(
    'refuses the range %s',
    (range) => {
      expect(started({ ranges: `::1,${range}` }).error).toBe(
        `ranges has ${range}, which is no range of addresses like 10.0.0.0/8`,
      );
    },
  );
});

describe('numbers', () => {
  it.each([
    ['5', '5 of 5'],
    ['3, 1', '3 of 1,3'],
    ['9,1,8,2,7', '7 of 1,2,7,8,9'],
  ])('the median of %s', (numbers, said) => {
    expect(answers({ numbers })[1]).toBe(said);
  });

  it.each(['x', '1.5', '-1', '1001', '1e9'])('refuses %s', (number) => {
    expect(started({ numbers: `7,${number}` }).error).toBe(
      `numbers has ${number}, which is no whole number from 0 to 1000`,
    );
  });
});

it('says what a value did to a window', () => {
  const { instance, logs } = started({});
  logs.length = 0;
  instance.ontick(1n);
  expect(logs).toEqual(['1true 1false 2true 2false 2false 1true']);
});

it('hands over the containers of the dictionary before the first event', () => {
  const { instance, logs } = started({});
  logs.length = 0;
  const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
  const names = ['web', 'db'].map((name, i) => encodeRecord(Kind.ContainerStarted, { slot: i + 1 }, { name }));
  const exit = encodeRecord(Kind.ProcessExit, { slot: 1, tgid: 9 }, {});
  expect(instance.onbatch(guestBatch(header, exit, 1, Buffer.concat(names))).error).toBeUndefined();
  expect(instance.onbatch(guestBatch(header, exit, 1)).error).toBeUndefined();
  expect(logs).toEqual(['container web', 'container db', 'exit 9', 'exit 9']);
});
