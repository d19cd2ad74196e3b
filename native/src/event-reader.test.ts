import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileCheck, compileProgram } from '../test-programs/compile.ts';
import { emit } from '../test-programs/emit.ts';
import { type BpfObject, EventReader, openObject, type ReaderOptions, SUMMARY, SUMMARY_WORDS } from './index.ts';

let object: BpfObject;
let readers: EventReader[] = [];
const summary = new Uint32Array(SUMMARY_WORDS);

beforeEach(() => {
  object = openObject(compileProgram('rings'), { name: 'rings' });
  object.load();
});

afterEach(() => {
  for (const reader of readers) reader.close();
  readers = [];
  object.close();
});

function makeReader(options: Partial<ReaderOptions> = {}): EventReader {
  const rings = { rare: object.map('rare'), bulk: object.map('bulk') };
  const reader = new EventReader({ ...rings, onReady: () => {}, backstopMs: 0, ...options });
  readers.push(reader);
  return reader;
}

interface Read {
  kind: number;
  length: number;
  mark: number;
  sequence: number;
  slot: number;
  generation: number;
}

function drain(reader: EventReader, room = 1 << 20): Read[] {
  const out = new Uint8Array(room);
  const bytes = reader.drain(out, summary);
  const view = new DataView(out.buffer, 0, bytes);
  const records: Read[] = [];
  for (let at = 0; at < bytes; at += view.getUint16(at + 2, true)) {
    records.push({
      kind: view.getUint16(at, true),
      length: view.getUint16(at + 2, true),
      mark: Number(view.getBigUint64(at + 8, true)),
      sequence: Number(view.getBigUint64(at + 16, true)),
      slot: view.getUint16(at + 56, true),
      generation: view.getUint16(at + 58, true),
    });
  }
  return records;
}

const marks = (records: Read[]): number[] => records.map(({ mark }) => mark);

describe('draining', () => {
  it('reads nothing from empty rings', () => {
    expect(drain(makeReader())).toEqual([]);
    expect([...summary]).toEqual(new Array(SUMMARY_WORDS).fill(0));
  });

  it('gives the rare ring first, numbers records and counts kinds', () => {
    const reader = makeReader();
    emit(object, { to: 'bulk', kind: 20, count: 3, mark: 100, size: 72 });
    emit(object, { to: 'rare', kind: 1, count: 2, mark: 1, slot: 0 });
    emit(object, { to: 'bulk', kind: 127, mark: 200 });
    emit(object, { to: 'bulk', kind: 128, mark: 201 });
    const records = drain(reader);
    expect(marks(records)).toEqual([1, 2, 100, 101, 102, 200, 201]);
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(records.map(({ length }) => length)).toEqual([64, 64, 72, 72, 72, 64, 64]);
    const expected = new Array(SUMMARY_WORDS).fill(0);
    expected[SUMMARY.records] = 7;
    expected[SUMMARY.pendingContainer] = 2;
    expected[SUMMARY.unknownKind] = 1;
    expected[SUMMARY.byKind + 1] = 2;
    expected[SUMMARY.byKind + 20] = 3;
    expected[SUMMARY.byKind + 127] = 1;
    expect([...summary]).toEqual(expected);
    expect(reader.nextSequence).toBe(8n);
  });

  it('goes on where a full buffer stopped it', () => {
    const reader = makeReader();
    emit(object, { to: 'rare', count: 3, mark: 1 });
    emit(object, { to: 'bulk', count: 2, mark: 11 });
    expect(marks(drain(reader, 130))).toEqual([1, 2]);
    expect(summary[SUMMARY.more]).toBe(1);
    expect(drain(reader, 63)).toEqual([]);
    expect(summary[SUMMARY.more]).toBe(1);
    expect(marks(drain(reader, 128))).toEqual([3, 11]);
    expect(summary[SUMMARY.more]).toBe(1);
    expect(marks(drain(reader, 64))).toEqual([12]);
    expect(summary[SUMMARY.more]).toBe(0);
    expect(drain(reader, 0)).toEqual([]);
    expect(summary[SUMMARY.more]).toBe(0);
  });

  it('takes records up to the longest', () => {
    const reader = makeReader();
    emit(object, { to: 'bulk', size: 65536, length: 65528 });
    emit(object, { to: 'bulk', size: 65528 });
    expect(drain(reader).map(({ length }) => length)).toEqual([65528, 65528]);
  });

  it('drops records whose length cannot be, and counts them', () => {
    const reader = makeReader();
    for (const length of [0, 56, 60, 68, 128, 65528]) emit(object, { to: 'rare', size: 64, length });
    emit(object, { to: 'rare', size: 32, length: 64 });
    emit(object, { to: 'rare', size: 128, length: 64, mark: 5 });
    expect(marks(drain(reader))).toEqual([5]);
    expect(summary[SUMMARY.malformed]).toBe(7);
    expect(reader.stats.malformed).toBe(7);
  });

  it('steps over records that the program gave up', () => {
    const reader = makeReader();
    object.testRun('give_up', new Uint8Array(40));
    emit(object, { to: 'rare', mark: 1 });
    expect(marks(drain(reader))).toEqual([1]);
    expect(reader.stats).toMatchObject({ discarded: 1, records: 1, bytes: 64, rareBacklog: 0, rareSize: 1 << 20 });
  });

  it('frees what it read, for many rounds of the ring', () => {
    const reader = makeReader();
    for (let round = 0; round < 100; round++) {
      expect(emit(object, { to: 'bulk', count: 5000, size: 104, mark: round * 5000 })).toBe(0);
      const read = drain(reader);
      expect(read).toHaveLength(5000);
      expect(read.at(-1)?.mark).toBe(round * 5000 + 4999);
    }
    expect(emit(object, { to: 'bulk', count: 20000 })).toBeGreaterThan(0);
    expect(reader.stats.bulkBacklog).toBeGreaterThan(1_000_000);
  });

  it('numbers from where it is told', () => {
    const reader = makeReader();
    reader.nextSequence = 2n ** 53n - 10n;
    emit(object, { to: 'rare' });
    expect(drain(reader)[0]?.sequence).toBe(2 ** 53 - 10);
    expect(reader.nextSequence).toBe(2n ** 53n - 9n);
    expect(() => {
      reader.nextSequence = -1n;
    }).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('stops behind a barrier and gives slots to cgroups that became known', () => {
    const reader = makeReader({ barrierKinds: [53, 54] });
    emit(object, { to: 'rare', kind: 1, mark: 1 });
    emit(object, { to: 'rare', kind: 53, mark: 2, cgroup: 7n, slot: 0 });
    emit(object, { to: 'rare', kind: 1, mark: 3, cgroup: 7n, slot: 0, count: 2 });
    emit(object, { to: 'bulk', kind: 20, mark: 5, cgroup: 7n, slot: 9 });
    emit(object, { to: 'bulk', kind: 20, mark: 6, cgroup: 8n, slot: 0 });
    expect(marks(drain(reader))).toEqual([1, 2]);
    expect([summary[SUMMARY.barrier], summary[SUMMARY.barrierAt], summary[SUMMARY.more]]).toEqual([1, 64, 1]);
    reader.assignSlot(7n, 300, 4);
    const rest = drain(reader);
    expect(rest.map(({ slot, generation }) => [slot, generation])).toEqual([
      ...[
        [300, 4],
        [300, 4],
      ],
      ...[
        [9, 0],
        [0, 0],
      ],
    ]);
    expect([summary[SUMMARY.barrier], summary[SUMMARY.pendingContainer]]).toEqual([0, 1]);
    reader.forgetSlot(7n);
    emit(object, { to: 'rare', kind: 54, cgroup: 7n, slot: 0 });
    expect(drain(reader)[0]?.slot).toBe(0);
    expect([summary[SUMMARY.barrier], summary[SUMMARY.more]]).toEqual([1, 0]);
  });

  it('continues the reading of a reader before it', () => {
    const first = makeReader();
    emit(object, { to: 'rare', count: 2, mark: 1 });
    drain(first, 64);
    first.close();
    expect(marks(drain(makeReader()))).toEqual([2]);
  });

  it('tells where records of marked kinds begin, with room behind them', () => {
    const reader = makeReader({ markedKinds: [{ kind: 1, room: 30 }] });
    const out = new Uint8Array(1 << 20).fill(255);
    const marks = new Uint32Array(2);
    emit(object, { to: 'rare', kind: 1, mark: 1, size: 72 });
    emit(object, { to: 'rare', kind: 2, mark: 2 });
    emit(object, { to: 'rare', kind: 1, mark: 3, count: 2 });
    expect(reader.drain(out, summary, marks)).toBe(104 + 64 + 96);
    expect([summary[SUMMARY.marks], summary[SUMMARY.more], ...marks]).toEqual([2, 1, 0, 168]);
    expect(new DataView(out.buffer).getUint16(2, true)).toBe(104);
    expect(out.subarray(72, 104).every((byte) => byte === 0)).toBe(true);
    expect(reader.drain(out, summary, marks)).toBe(96);
    emit(object, { to: 'rare', kind: 1, mark: 1 });
    expect(reader.drain(out, summary)).toBe(64);
    expect(summary[SUMMARY.marks]).toBe(0);
  });

  it('keeps its order in states that the kernel shows for nanoseconds only', () => {
    const lines = execFileSync(compileCheck('drain_check'), { encoding: 'utf8' }).trim().split('\n');
    expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(7);
  });

  it('marks records and normalises paths, whatever a record says about itself', () => {
    const lines = execFileSync(compileCheck('mark_check'), { encoding: 'utf8' }).trim().split('\n');
    expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(10);
  });
});

describe('wrong use', () => {
  it('refuses maps that are no rings, and one ring twice', () => {
    const rare = object.map('rare');
    expect(() => makeReader({ bulk: object.map('records') })).toThrow(expect.objectContaining({ code: 'RING_FAILED' }));
    expect(() => makeReader({ bulk: rare })).toThrow(expect.objectContaining({ code: 'RING_FAILED' }));
    rare.close();
    expect(() => makeReader()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  it('refuses wrong buffers and kinds', () => {
    const reader = makeReader();
    expect(() => reader.drain(new Uint8Array(64), new Uint32Array(127))).toThrow(
      expect.objectContaining({ code: 'BUFFER_TOO_SMALL' }),
    );
    const marks = new Uint8Array(16) as unknown as Uint32Array;
    expect(() => reader.drain(new Uint8Array(64), summary, marks)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    const bytes = new Uint32Array(16) as unknown as Uint8Array;
    expect(() => reader.drain(bytes, summary)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => makeReader({ barrierKinds: [70_000] })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    for (const wrong of [
      { markedKinds: [{ kind: 1, room: 70_000 }] },
      { markedKinds: [{ kind: 53, room: 0 }], barrierKinds: [53] },
      { pathKinds: [{ kind: 10, fixed: 112, references: [112] }] },
      { pathKinds: [{ kind: 10, fixed: 112, references: [0] }] },
    ])
      expect(() => makeReader(wrong)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => makeReader({ onReady: 5 as unknown as () => void })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});
