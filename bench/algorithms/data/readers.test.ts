import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adfaLd, isAdfa } from './adfa-ld.ts';
import { type DataFile, filesOf } from './file-tree.ts';
import { frequencyCsv, isFrequency } from './frequency-csv.ts';
import { readTable } from './frequency-table.ts';
import { guardLeaks } from './leak-guard.ts';
import { synthetic } from './synthetic.ts';

const file = (path: string, text: string): DataFile => ({ path, read: () => Buffer.from(text) });

const TRACES = [
  file('A/Training_Data_Master/UTD-0001.txt', '6 6 63 42 '),
  file('A/Training_Data_Master/UTD-0002.txt', '6 6 63 42'),
  file('A/Training_Data_Master/UTD-0003.txt', '1 2 3'),
  file('A/Training_Data_Master/UTD-0004.txt', '1 2 4'),
  file('A/Training_Data_Master/UTD-0005.txt', '1 2 5'),
  file('A/Training_Data_Master/UTD-0006.txt', '1 2 6'),
  file('A/Validation_Data_Master/UVD-0001.txt', '1 2 3'),
  file('A/Validation_Data_Master/UVD-0002.txt', '7 8'),
  file('A/Validation_Data_Master/UVD-0003.txt', '9 9 9'),
  file('A/Attack_Data_Master/Web_Shell_3/UAD-1.txt', '9 9 9'),
  file('A/Attack_Data_Master/Hydra_FTP_1/UAD-2.txt', '11 12'),
];

describe('ADFA-LD', () => {
  test('is told by its folders, and read with the kind of each attack', () => {
    expect(isAdfa(TRACES)).toBe(true);
    expect(isAdfa(TRACES.slice(0, 6))).toBe(false);
    const { train, calibration, test: tested } = adfaLd(TRACES, { distinct: false }).split(1);
    expect(train.length + calibration.length).toBe(6);
    expect(tested.map(({ attack }) => attack)).toEqual([undefined, undefined, undefined, 'Web_Shell', 'Hydra_FTP']);
    const [first] = tested;
    expect([...(first?.sequence ?? [])]).toEqual([1, 2, 3]);
    expect([...(first?.window.syscalls.keys ?? [])]).toEqual([1, 2, 3]);
    expect([...(first?.window.bigrams.keys ?? [])]).toEqual([(1 << 16) | 2, (2 << 16) | 3]);
  });

  test('keeps equal training traces on one side', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { train, calibration } = adfaLd(TRACES, { distinct: false }).split(seed);
      const texts = (samples: typeof train) => new Set(samples.map(({ sequence }) => sequence?.join(' ')));
      expect([...texts(train)].filter((text) => texts(calibration).has(text))).toEqual([]);
    }
  });

  test('leaves duplicates out when asked to, and says how many', () => {
    const set = adfaLd(TRACES, { distinct: true });
    const { train, calibration, test: tested } = set.split(1);
    expect(train.length + calibration.length).toBe(5);
    expect(tested.filter(({ attack }) => attack === undefined).map(({ run }) => run)).toEqual([
      'A/Validation_Data_Master/UVD-0002.txt',
      'A/Validation_Data_Master/UVD-0003.txt',
    ]);
    expect(set.notes.join()).toContain('1 training traces, 0 of the ordinary test traces, 0 attack traces; 1 more');
    expect(set.notes.join()).toContain('1 traces are both ordinary and attack');
  });

  test.each(['1 2 x', '1 -2', '1 99999', '1.5', ''])('refuses a trace like %j', (text) => {
    const files = [...TRACES, file('A/Training_Data_Master/bad.txt', text)];
    expect(() => adfaLd(files, { distinct: false })).toThrow(/bad\.txt: word \d is/);
  });
});

describe('tables of counts', () => {
  const runs = (count: number) =>
    Array.from({ length: count }, (_, at) => file(`shop/normal-${at}.csv`, 'read,write\n1,2\n3,4\n'));
  const attack = file('shop/attack-1.csv', 'read,write,ptrace\n1,0,9\n');

  test('are learned from, choose thresholds and test by run', () => {
    const files = [...runs(4), attack];
    expect(isFrequency(files)).toBe(true);
    const split = frequencyCsv(files).split(1);
    guardLeaks(split);
    expect([split.train.length, split.calibration.length, split.test.length]).toEqual([4, 2, 3]);
    // names are numbers of system calls: read 0, write 1, ptrace 101
    expect([...(split.test.at(-1)?.window.syscalls.keys ?? [])]).toEqual([0, 101]);
  });

  test('in rows of a tenth of a second are added up, with the attack where timing.csv says', () => {
    const rows = Array.from({ length: 60 }, (_, at) => `${1000 + at * 100},1,${at >= 40 && at < 45 ? 5 : 0}`);
    const full = (container: number) =>
      file(`CVE-1/CVE-1-${container}_freqvector_full.csv`, `timestamp,read,ptrace\n${rows.join('\n')}\n`);
    const timing = file(
      'CVE-1/timing.csv',
      'CVE ID,c1_start,c1_end,c2_start,c2_end,c3_start,c3_end\nCVE-1,40,44,40,44,40,44',
    );
    const split = frequencyCsv([full(1), full(2), full(3), timing]).split(1);
    guardLeaks(split);
    expect([split.train.length, split.calibration.length, split.test.length]).toEqual([4, 4, 5]);
    const attacks = split.test.filter(({ attack: kind }) => kind !== undefined);
    expect(attacks.map(({ window }) => [...window.syscalls.counts])).toEqual([[10, 25]]);
    expect(() => frequencyCsv([full(1), full(2), full(3)])).toThrow(/has no timing\.csv beside it/);
    expect(() => frequencyCsv([full(4), timing])).toThrow(/says nothing of container 4/);
  });

  test('of too few runs are refused with what is missing', () => {
    expect(() => frequencyCsv([...runs(2), attack])).toThrow(/shop has 2 ordinary and 1 attacked runs: 3 ordinary/);
  });

  test.each([
    ['read,write\n1\n', /t\.csv line 2 has 1 values instead of 2/],
    ['read,write\n1,2\n1,x\n', /t\.csv line 3: write is "x", not a count/],
    ['read\n-1\n', /line 2: read is "-1"/],
    ['read\n\n1\n', /line 2: read is ""/],
    ['read,read\n1,1\n', /"read" twice/],
    ['<html>\n1\n', /"<html>"/],
    ['read\n', /heading and no rows/],
    ['', /its first line has ""/],
  ])('refuses %j', (text, message) => {
    expect(() => readTable(file('t.csv', text))).toThrow(message);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'picket-data-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A zip archive of one file. */
  function zip({ method = 8, flags = 0, size }: { method?: number; flags?: number; size?: number } = {}): Buffer {
    const [plain, name] = [Buffer.from('6 6 63'), Buffer.from('A/t.txt')];
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const head = Buffer.alloc(26);
    head.writeUInt16LE(flags, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(size ?? plain.length, 18);
    head.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, name, packed]);
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\0\0'), head, Buffer.alloc(14), name]);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(entry.length, 12);
    end.writeUInt32LE(local.length, 16);
    return Buffer.concat([local, entry, end]);
  }

  const read = (bytes: Buffer) => {
    writeFileSync(join(folder, 'a.zip'), bytes);
    return filesOf(join(folder, 'a.zip')).map(({ path, read: own }) => [path, own().toString()]);
  };

  test('of a folder and of an archive are the same', () => {
    mkdirSync(dirname(join(folder, 'data/A/t.txt')), { recursive: true });
    writeFileSync(join(folder, 'data/A/t.txt'), '6 6 63');
    expect(filesOf(join(folder, 'data')).map(({ path }) => path)).toEqual(['A/t.txt']);
    expect(read(zip())).toEqual([['A/t.txt', '6 6 63']]);
    expect(read(zip({ method: 0 }))).toEqual([['A/t.txt', '6 6 63']]);
  });

  test('that are missing, damaged, encrypted or packed in another way are refused', () => {
    expect(() => filesOf(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'DATA_MISSING' }));
    expect(() => read(Buffer.from('no archive at all'))).toThrow(/no zip archive/);
    expect(() => read(zip().subarray(0, -30))).toThrow(/no zip archive/);
    expect(() => read(zip({ flags: 1 }))).toThrow(/is encrypted/);
    expect(() => read(zip({ method: 14 }))).toThrow(/packed by method 14/);
    expect(() => read(zip({ size: 99 }))).toThrow(/has 6 bytes instead of 99/);
    expect(() => read(zip({ size: 2 }))).toThrow(/damaged/);
    expect(() => read(zip({ size: 1 << 30 }))).toThrow(expect.objectContaining({ code: 'DATA_TOO_LARGE' }));
    const garbled = zip();
    garbled.fill(0xff, 37, 43);
    expect(() => read(garbled)).toThrow(/damaged/);
  });
});

describe('the guard against leaks', () => {
  const split = synthetic(true).split(1);

  test('lets a split pass whose parts have runs of their own', () => {
    expect(() => guardLeaks(split)).not.toThrow();
  });

  test('refuses a run on two sides, an attack that is learned from, and tests without attacks', () => {
    const { train, calibration, test: tested } = split;
    const ordinary = tested.filter(({ attack }) => attack === undefined);
    const attacks = tested.filter(({ attack }) => attack !== undefined);
    const refused = (other: Partial<typeof split>) => expect(() => guardLeaks({ ...split, ...other }));
    refused({ test: [...tested, ...train.slice(0, 1)] }).toThrow(/both in the train and in the test part/);
    refused({ calibration: [...calibration, ...train.slice(0, 1)] }).toThrow(/train and in the calibration part/);
    refused({ train: [...train, ...attacks.slice(0, 1)], test: ordinary }).toThrow(/has an attack/);
    refused({ test: ordinary }).toThrow(/needs both/);
    refused({ calibration: [] }).toThrow(/calibration part has no samples/);
  });
});
