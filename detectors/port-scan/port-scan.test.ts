import { readFileSync } from 'node:fs';
import {
  DetectorCompiler,
  DetectorInstance,
  type GuestFinding,
  guestBatch,
  takeArtifact,
} from '@picket/control-plane/detectors';
import { EventCursor, encodeRecord, Kind, parseIp } from '@picket/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PortScanReference } from './reference.ts';

interface Step {
  readonly addresses: readonly string[];
  readonly ports: readonly [number, number];
  readonly everyMs: number;
  readonly afterMs?: number;
  readonly protocol?: number;
  readonly result?: number;
  readonly slot?: number;
}

interface Case {
  readonly name: string;
  readonly config?: Record<string, number>;
  readonly steps: readonly Step[];
  readonly findings: readonly string[];
}

interface Connect {
  readonly ms: number;
  readonly ip: string;
  readonly port: number;
  readonly slot: number;
  readonly protocol?: number;
  readonly result?: number;
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
const WALL = 1_700_000_000_000_000_000n;
let module: WebAssembly.Module;

beforeAll(async () => {
  const compiled = await new DetectorCompiler().compile({ 'main.ts': read('src/main.ts') });
  const capabilities = new Set(['observe'] as const);
  module = new WebAssembly.Module((await takeArtifact(compiled.module, { ...compiled, capabilities })).bytes);
}, 120_000);

function start(config: object): { instance: DetectorInstance; findings: GuestFinding[] } {
  const findings: GuestFinding[] = [];
  const host = { emit: (finding: GuestFinding) => void findings.push(finding), log: () => {}, now: () => 0n };
  const instance = new DetectorInstance(module, { encoding: 'utf16', host });
  expect(instance.init(JSON.stringify(config)).error).toBeUndefined();
  return { instance, findings };
}

const record = ({ ms, ip, port, slot, protocol = 6, result = 0 }: Connect) =>
  encodeRecord(
    Kind.NetConnect,
    { slot, generation: 1, time: BigInt(ms) * 1_000_000n, result },
    { remote_ip: parseIp(ip) ?? new Uint8Array(16), remote_port: port, protocol, family: 2 },
  );

function batchOf(connects: readonly Connect[], node: number) {
  const header = {
    agentEpoch: 1n,
    wallOffset: WALL,
    watermark: 0n,
    bootId: new Uint8Array(16).fill(node, 3, 9),
    node: `node-${node}`,
    losses: [],
  };
  return guestBatch(header, Buffer.concat(connects.map(record)), connects.length);
}

function connectsOf(steps: readonly Step[]): Connect[] {
  let ms = 1000;
  return steps.flatMap(({ addresses, ports: [from, to], everyMs, afterMs = 0, slot = 4, ...rest }) => {
    ms += afterMs;
    return addresses.flatMap((ip) =>
      Array.from({ length: to - from + 1 }, (_, i) => {
        ms += everyMs;
        return { ms, ip, port: from + i, slot, ...rest };
      }),
    );
  });
}

describe.each(['fixtures/hit.yaml', 'fixtures/miss.yaml'])('%s', (file) => {
  it.each(parse(read(file)) as Case[])('$name', ({ config = {}, steps, findings: expected }) => {
    const { instance, findings } = start(config);
    expect(instance.onbatch(batchOf(connectsOf(steps), 1)).error).toBeUndefined();
    expect(findings.map(({ message }) => message)).toEqual(expected);
  });
});

it('names the cause, the container and the group', () => {
  const { instance, findings } = start({ ports: 3 });
  const step: Step = { addresses: ['10.0.0.9'], ports: [1, 3], everyMs: 1, slot: 7 };
  instance.onbatch(batchOf(connectsOf([step]), 1));
  expect(findings).toEqual([
    {
      title: 'Port scan',
      severity: 4,
      message: '3 different ports of 10.0.0.9 were tried within 60 s',
      event: 2,
      slot: 7,
      groupKey: 'ports of 10.0.0.9',
      fields: [['fd.rip', '10.0.0.9']],
    },
  ]);
});

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

function randomConnect(pick: (below: number) => number, ms: number): Connect {
  const ip = pick(4) === 0 ? `2001:db8::${pick(12).toString(16)}` : `10.0.0.${pick(12)}`;
  return { ms, ip, port: 1 + pick(9), slot: pick(4), protocol: pick(10) === 0 ? 17 : 6 };
}

it.each([1, 2, 3])('finds what the reference finds on random records, seed %i', (seed) => {
  const pick = random(seed);
  const config = { ports: 5, hosts: 7, seconds: 2, keys: 30 + pick(90) };
  const { instance, findings } = start(config);
  const reference = new PortScanReference(config);
  const expected: [number, number, string][] = [];
  const found: [number, number, string][] = [];
  let ms = 1000;
  for (let round = 0; round < 40; round++) {
    const node = pick(2);
    const connects = Array.from({ length: 1 + pick(300) }, () => {
      ms += pick(8);
      return randomConnect(pick, ms - pick(5));
    });
    const batch = batchOf(connects, node);
    const cursor = new EventCursor().open(batch.records);
    while (cursor.next())
      for (const message of reference.add(cursor, String(node), WALL + cursor.big(8)))
        expected.push([round, cursor.index, message]);
    findings.length = 0;
    expect(instance.onbatch(batch).error).toBeUndefined();
    for (const { event = -1, message } of findings) found.push([round, event, message]);
  }
  expect(found).toEqual(expected);
  expect(found.length).toBeGreaterThan(100);
});
