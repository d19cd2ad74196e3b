import { encodeRecord, Kind, parseIp } from '@picket/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { DetectorCompiler } from '../compile/detector-compiler.ts';
import { guardModule } from '../guard/guard-module.ts';
import { PROBE_SOURCE } from '../testing/probe-source.ts';
import { DetectorInstance } from './detector-instance.ts';
import { guestBatch } from './guest-batch.ts';
import type { GuestFinding } from './host-functions.ts';

let module: WebAssembly.Module;

beforeAll(async () => {
  const compiled = await new DetectorCompiler().compile({ 'main.ts': PROBE_SOURCE });
  const capabilities = new Set(['observe', 'state', 'context', 'respond'] as const);
  module = new WebAssembly.Module(guardModule(compiled.module, { capabilities }).bytes);
}, 120_000);

function probe(config: string) {
  const logs: string[] = [];
  const findings: GuestFinding[] = [];
  const proposals: string[][] = [];
  const store = new Map<string, Uint8Array>();
  const instance = new DetectorInstance(module, {
    encoding: 'utf16',
    host: {
      emit: (finding) => void findings.push(finding),
      log: (_level, message) => void logs.push(message),
      now: () => 77n,
      stateget: (key) => store.get(key),
      stateput: (key, value) => Boolean(store.set(key, value)),
      process: (tgid, start) =>
        tgid === 7
          ? {
              tgid,
              start,
              parentTgid: 1,
              parentStart: 2n ** 60n,
              uid: 5,
              slot: 3,
              name: 'sh',
              exepath: '/bin/sh',
              cmdline: 'sh é',
            }
          : undefined,
      container: (slot) =>
        slot === 3 ? { id: 'c1', name: 'shop', image: 'i:1', namespace: 'web', pod: 'p' } : undefined,
      propose: (...said) => void proposals.push(said),
    },
  });
  const { error } = instance.init(config);
  return { instance, logs, findings, proposals, error };
}

const running = (mode: string) => {
  const made = probe(JSON.stringify({ mode }));
  made.logs.length = 0;
  return made;
};

const header = {
  agentEpoch: 1n,
  wallOffset: 0n,
  watermark: 0n,
  bootId: new Uint8Array(16).fill(9),
  node: 'node-1',
  losses: [],
};
const batchOf = (records: readonly Uint8Array[]) => guestBatch(header, Buffer.concat(records), records.length);
const exec = (path: string | Uint8Array, tgid = 1) =>
  encodeRecord(Kind.ProcessExec, { tgid, slot: 1, start: tgid, time: tgid }, { path, cwd: '/', comm: 'x' });

describe('the configuration', () => {
  it.each([
    ['', ' 0.5 false a|b -3'],
    [' { } ', ' 0.5 false a|b -3'],
    ['{"mode": "q", "number": 1e-1, "flag": true, "list": " x ,,y", "whole": 9}', 'q 0.1 true x|y 9'],
    ['{"mode": "\\u00e9\\n\\"\\\\\\/"}', 'é\n"\\/ 0.5 false a|b -3'],
  ])('%j is taken', (config, said) => {
    const { error, logs } = probe(config);
    expect(error).toBeUndefined();
    expect(logs).toEqual([said]);
  });

  it.each([
    ['{"mode": 5}', 'mode must be a text of at most 20 characters'],
    ['{"mode": "aaaaaaaaaaaaaaaaaaaaa"}', 'mode must be a text'],
    ['{"number": 2}', 'number must be a number from 0.0 to 1.0'],
    ['{"number": "1"}', 'number must be a number'],
    ['{"flag": 1}', 'flag must be true or false'],
    ['{"whole": 1.5}', 'whole must be a whole number from -9 to 9'],
    ['{"whole": 1e300}', 'whole must be a whole number'],
    ['{"mod": 1}', 'mod is not an entry of the configuration; known: mode, number, list, flag, whole'],
    ['{"mode": "a", "mode": "b"}', '"mode" is there twice'],
    ['[]', 'not a flat JSON object'],
    ['{"a": {}}', 'a text, a number, true or false was expected at character 6'],
    ['{"a": 01}', 'not a flat JSON object'],
    ['{"a": null}', 'not a flat JSON object'],
    ['{"a": "x', 'the end of the text was expected'],
    ['{"a": "\\x"}', 'an escape of JSON was expected'],
    ['{"a": "\\u12"}', 'four hexadecimal digits'],
    ['{} x', 'the end was expected at character 3'],
    [`{"a": "${'x'.repeat(70_000)}"}`, 'longer than 65536'],
    [`{${Array.from({ length: 300 }, (_, i) => `"a${i}": 1`).join(',')}}`, 'more than 256 entries'],
  ])('%# is refused', (config, said) => {
    expect(probe(config).error).toContain(said);
  });
});

it('reads texts of records, whatever their bytes are', () => {
  const { instance, logs } = running('texts');
  const odd = new Uint8Array([0x2f, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82]);
  const outside = exec('/tmp/a');
  new DataView(outside.buffer).setUint16(170, 60_000, true);
  expect(instance.onbatch(batchOf([exec('/tmp/é'), exec(odd), outside])).error).toBeUndefined();
  expect(logs).toEqual(['/tmp/é true / 1', '/\ufffdé\ufffd\ufffd\ufffd\u{1F600}\ufffd\ufffd false / 1', ' false / 1']);
});

it('shows addresses as the rest of Picket does', () => {
  const { instance, logs } = running('ip');
  const ips = ['10.1.2.3', '::1', '::', '2001:db8::1:0:0:1', 'fe80::', '1:2:3:4:5:6:7:8', '1:0:3:4:5:6:7:8', '0:0:1::'];
  const records = ips.map((ip) => encodeRecord(Kind.NetConnect, {}, { remote_ip: parseIp(ip) ?? new Uint8Array(16) }));
  instance.onbatch(batchOf(records));
  const shown = [
    '10.1.2.3 true',
    '::1 false',
    ':: false',
    '2001:db8::1:0:0:1 false',
    'fe80:: false',
    '1:2:3:4:5:6:7:8 false',
  ];
  expect(logs).toEqual([...shown, '1:0:3:4:5:6:7:8 false', '0:0:1:: false']);
});

it('calls onEvent and the handler of the kind, by number', () => {
  const { instance, logs } = running('count');
  instance.onbatch(batchOf([exec('/a'), encodeRecord(Kind.ProcessExit, { slot: 1 }, {}), exec('/b')]));
  expect(logs).toEqual(['0 0 1', '1 1 3', '2 2 1']);
});

it('asks the host', () => {
  const { instance, logs, findings, proposals } = running('host');
  expect(instance.ontick(4n).error).toBeUndefined();
  expect(logs).toEqual([
    '7 9 1 1152921504606846976 5 3 sh /bin/sh sh é',
    'c1 shop i:1 web p',
    'truetrue77',
    'truetrue',
    '0,200,0',
  ]);
  expect(proposals).toEqual([['isolate', 'c1', 'because']]);
  expect(findings).toEqual([
    {
      title: 'T',
      severity: 7,
      message: 'M',
      event: undefined,
      slot: 9,
      groupKey: 'G',
      fields: [
        ['a', 'b'],
        ['c', ''],
      ],
    },
  ]);
});

it('keeps state by key within its bounds', () => {
  const { instance, logs } = running('table');
  instance.ontick(1n);
  expect(logs).toEqual([
    '3 2 true',
    'true 3 false',
    '0 true 2 1',
    'truefalse 0',
    '5000 5000 15000',
    'false,false,true,false,false,true',
  ]);
});

it('ends a batch with the error of the detector and goes on', () => {
  const { instance } = running('fail');
  expect(instance.onbatch(batchOf([exec('/a')])).error).toBe('no more');
  expect(instance.ontick(1n).error).toBeUndefined();
});

it('mends halves of characters in findings', () => {
  const { instance, findings } = running('half');
  instance.onbatch(batchOf([exec('/a')]));
  expect(findings.map(({ title }) => title)).toEqual(['cut \ufffd']);
});

it('says where an assertion failed before it dies', () => {
  const { instance, logs } = running('abort');
  expect(() => instance.onbatch(batchOf([exec('/a')]))).toThrow(expect.objectContaining({ code: 'DETECTOR_TRAP' }));
  expect(logs[0]).toMatch(/^Index out of range \(~lib\/array\.ts:\d+:\d+\)$/);
});

it.each([
  ['no prelude', (bytes: Uint8Array) => bytes.fill(0, 0, 4), 'has no prelude'],
  ['another schema', (bytes: Uint8Array) => bytes.fill(9, 4, 6), 'has event schema 2313'],
  ['untrue lengths', (bytes: Uint8Array) => bytes.fill(1, 20, 22), 'lengths in the prelude'],
])('refuses a batch with %s', (_name, damage, said) => {
  const { instance } = running('');
  const batch = batchOf([exec('/a')]);
  damage(batch.prelude);
  expect(instance.onbatch(batch).error).toContain(said);
});

it('says when a record can not be true', () => {
  const record = exec('/a');
  record.fill(0, 2, 4);
  expect(running('').instance.onbatch(batchOf([record])).error).toContain('length that can not be true');
});

it('keeps its memory flat over five million events that leave garbage', { timeout: 120_000 }, () => {
  const { instance, logs } = running('size');
  const records = Array.from({ length: 20_000 }, (_, i) => exec(`/usr/bin/program-${i}`, i));
  const batch = batchOf(records);
  for (let i = 0; i < 10; i++) instance.onbatch(batch);
  const before = instance.memoryBytes;
  for (let i = 0; i < 250; i++) expect(instance.onbatch(batch).error).toBeUndefined();
  expect(instance.memoryBytes).toBe(before);
  instance.ontick(3n);
  expect(logs).toEqual([`1000 ${260 * 20_000 - 1000} 3`]);
});
