import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';
import { type BpfMap, type BpfObject, openObject, possibleCpus } from './index.ts';

let object: BpfObject;

beforeAll(() => {
  object = openObject(compileProgram('maps'), { name: 'maps' });
  object.load();
});

afterAll(() => {
  object.close();
});

const u32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const u64 = (...values: number[]): Uint8Array => new Uint8Array(BigUint64Array.from(values.map(BigInt)).buffer);
const coded = (code: string) => expect.objectContaining({ name: 'NativeError', code });

function readEntries(map: BpfMap, room: number): Map<string, string> {
  const keys = new Uint8Array(room * map.keySize);
  const values = new Uint8Array(room * map.valueBytes);
  const count = map.readAll(keys, values);
  const entries = Array.from({ length: count }, (_, i): [string, string] => [
    keys.subarray(i * map.keySize, (i + 1) * map.keySize).join(),
    values.subarray(i * map.valueBytes, (i + 1) * map.valueBytes).join(),
  ]);
  expect(new Set(entries.map(([key]) => key)).size).toBe(count);
  return new Map(entries);
}

describe('a hash map', () => {
  it('keeps, finds and deletes', () => {
    const map = object.map('table');
    expect(map.lookup(u64(1))).toBeUndefined();
    map.update(u64(1), u64(10, 20));
    expect(map.lookup(u64(1))).toEqual(u64(10, 20));
    expect(() => map.update(u64(1), u64(0, 0), 1)).toThrow(coded('BPF_MAP_FAILED'));
    expect(() => map.update(u64(2), u64(0, 0), 2)).toThrow(expect.objectContaining({ errno: 2 }));
    const out = new Uint8Array(20).fill(255);
    expect(map.lookupInto(u64(1), out)).toBe(true);
    expect(out.subarray(0, 16)).toEqual(u64(10, 20));
    expect(out.subarray(16)).toEqual(new Uint8Array(4).fill(255));
    expect(map.keys()).toEqual([u64(1)]);
    expect(map.delete(u64(1))).toBe(true);
    expect(map.delete(u64(1))).toBe(false);
    expect(map.lookupInto(u64(1), out)).toBe(false);
  });

  it('is read as a whole', () => {
    const map = object.map('table');
    for (let i = 0; i < 1000; i++) map.update(u64(i), u64(i, 2 * i));
    const entries = readEntries(map, 1000);
    expect(entries.size).toBe(1000);
    for (let i = 0; i < 1000; i++) expect(entries.get(u64(i).join())).toBe(u64(i, 2 * i).join());
    expect(map.keys()).toHaveLength(1000);
    for (const room of [0, 1, 500, 999]) expect(() => readEntries(map, room)).toThrow(coded('BUFFER_TOO_SMALL'));
    for (let i = 3; i < 1000; i++) map.delete(u64(i));
    expect(readEntries(map, 3).size).toBe(3);
    for (let i = 0; i < 3; i++) map.delete(u64(i));
    expect(readEntries(map, 0).size).toBe(0);
    expect(readEntries(map, 10).size).toBe(0);
  });

  it('is full at its size', () => {
    const map = object.map('prefixes');
    for (let i = 0; i < 10; i++) map.update(u32(32, i), u32(i));
    expect(() => map.update(u32(32, 99), u32(0))).toThrow(coded('BPF_MAP_FAILED'));
    expect(readEntries(map, 10).size).toBe(10);
    expect(() => readEntries(map, 9)).toThrow(coded('BUFFER_TOO_SMALL'));
  });
});

describe('a per-CPU map', () => {
  it('gives the values of all CPUs, each rounded up to 8 bytes', () => {
    const map = object.map('cpu_table');
    expect(map.valueBytes).toBe(8 * possibleCpus());
    const values = new Uint8Array(map.valueBytes);
    for (let cpu = 0; cpu < possibleCpus(); cpu++) values[8 * cpu] = cpu + 1;
    map.update(u32(5), values);
    expect(map.lookup(u32(5))).toEqual(values);
    expect(readEntries(map, 100)).toEqual(new Map([[u32(5).join(), values.join()]]));
  });

  it('sums a range over the CPUs', () => {
    const map = object.map('cpu_counts');
    for (let key = 0; key < 4096; key++) map.update(u32(key), u64(...eachCpu((cpu) => [key + cpu, 7])));
    const sums = new Uint8Array(4000 * 16);
    map.lookupRange(96, 4000, sums, { sum: true });
    const numbers = new BigUint64Array(sums.buffer);
    const cpus = possibleCpus();
    for (let i = 0; i < 4000; i++) {
      expect(numbers[2 * i]).toBe(BigInt(cpus * (96 + i) + (cpus * (cpus - 1)) / 2));
      expect(numbers[2 * i + 1]).toBe(BigInt(7 * cpus));
    }
    const raw = new Uint8Array(2 * map.valueBytes);
    map.lookupRange(0, 2, raw);
    expect(raw).toEqual(u64(...eachCpu((cpu) => [cpu, 7]), ...eachCpu((cpu) => [1 + cpu, 7])));
  });
});

function eachCpu(values: (cpu: number) => number[]): number[] {
  return Array.from({ length: possibleCpus() }, (_, cpu) => values(cpu)).flat();
}

describe('an array', () => {
  it('is read by range and as a whole', () => {
    const map = object.map('plain');
    for (let i = 0; i < 300; i++) map.update(u32(i), u32(i * i));
    const out = new Uint8Array(4 * 3);
    map.lookupRange(297, 3, out);
    expect(out).toEqual(u32(297 ** 2, 298 ** 2, 299 ** 2));
    map.lookupRange(0, 0, new Uint8Array(0));
    expect(readEntries(map, 300).size).toBe(300);
    expect(() => readEntries(map, 299)).toThrow(coded('BUFFER_TOO_SMALL'));
    expect(() => map.delete(u32(0))).toThrow(coded('BPF_MAP_FAILED'));
  });

  it('refuses ranges that do not exist', () => {
    const map = object.map('plain');
    expect(() => map.lookupRange(298, 3, new Uint8Array(100))).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.lookupRange(4294967295, 4294967295, new Uint8Array(0))).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.lookupRange(-1, 1, new Uint8Array(4))).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.lookupRange(0, 2, new Uint8Array(7))).toThrow(coded('BUFFER_TOO_SMALL'));
    expect(() => object.map('table').lookupRange(0, 1, new Uint8Array(99))).toThrow(coded('INVALID_ARGUMENT'));
  });
});

describe('any map', () => {
  it('checks sizes before the kernel writes anywhere', () => {
    const map = object.map('table');
    expect(() => map.lookup(new Uint8Array(7))).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.update(u64(1), u64(1))).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.lookupInto(u64(1), new Uint8Array(15))).toThrow(coded('BUFFER_TOO_SMALL'));
    expect(() => map.lookup('key' as unknown as Uint8Array)).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.lookup(new Uint16Array(4) as unknown as Uint8Array)).toThrow(coded('INVALID_ARGUMENT'));
    expect(() => map.delete(structuredClonedAway(8))).toThrow(coded('INVALID_ARGUMENT'));
  });

  it('tells what a type cannot do', () => {
    const queue = object.map('queue');
    expect(() => queue.keys()).toThrow(coded('BPF_MAP_FAILED'));
    expect(() => queue.readAll(new Uint8Array(8), new Uint8Array(8))).toThrow(coded('INVALID_ARGUMENT'));
  });

  it('can be frozen', () => {
    const other = openObject(compileProgram('maps'), { name: 'maps' });
    other.load();
    const map = other.map('plain');
    map.freeze();
    expect(() => map.update(u32(0), u32(1))).toThrow(coded('BPF_PERMISSION'));
    other.close();
  });

  it('says when it is closed', () => {
    const other = openObject(compileProgram('maps'), { name: 'maps' });
    other.load();
    const map = other.map('plain');
    expect(map.fd).toBeGreaterThan(2);
    expect(other.map('plain')).toBe(map);
    map.close();
    map.close();
    const uses = [
      () => map.fd,
      () => map.lookup(u32(0)),
      () => map.update(u32(0), u32(0)),
      () => map.delete(u32(0)),
      () => map.keys(),
      () => map.readAll(new Uint8Array(0), new Uint8Array(0)),
      () => map.lookupRange(0, 0, new Uint8Array(0)),
      () => map.freeze(),
    ];
    for (const use of uses) expect(use).toThrow(coded('CLOSED'));
    other.close();
  });
});

/** An array whose memory has gone to somebody else. */
function structuredClonedAway(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}
