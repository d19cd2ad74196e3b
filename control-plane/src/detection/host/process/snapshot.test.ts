import { describe, expect, it } from 'vitest';
import { ContextTables, encodeContext } from './context-tables.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot.ts';
import { StateStore } from './state-store.ts';

const HASH = 'a'.repeat(64);
const BIG = { parentTgid: 1, parentStart: 2n ** 60n, uid: 5, slot: 3, name: 'é', exepath: '/bin/sh', cmdline: 'x' };

describe('a snapshot', () => {
  const content = {
    hash: HASH,
    memory: new Uint8Array(3 * 65_536).fill(7, 100, 200),
    globals: [1, -2, 0.1, Number.NEGATIVE_INFINITY, -1n, 2n ** 62n],
    state: new Uint8Array([1, 2, 3]),
    context: new Uint8Array(0),
  };

  it('gives back what went in, in little room', () => {
    const bytes = encodeSnapshot(content);
    const { memory, ...rest } = decodeSnapshot(bytes, HASH);
    expect(Buffer.from(memory).equals(Buffer.from(content.memory))).toBe(true);
    expect({ ...rest, memory: content.memory }).toEqual(content);
    expect(bytes.length).toBeLessThan(500);
  });

  it('is refused when it is damaged, wherever', () => {
    const bytes = encodeSnapshot({ ...content, memory: new Uint8Array(65_536) });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeSnapshot(bytes.slice(0, length), HASH)).toThrow(/snapshot/);
    expect(() => decodeSnapshot(bytes, 'b'.repeat(64))).toThrow('of another module');
    expect(() => decodeSnapshot(encodeSnapshot({ ...content, memory: new Uint8Array(5) }), HASH)).toThrow('pages');
  });
});

describe('the state store', () => {
  it('keeps to its room', () => {
    const store = new StateStore(300);
    expect(store.put('a', new Uint8Array(100))).toBe(true);
    expect(store.put('b', new Uint8Array(100))).toBe(false);
    expect(store.put('a', new Uint8Array(234))).toBe(true);
    expect(store.put('a', new Uint8Array(235))).toBe(false);
    expect([store.get('a')?.length, store.get('b'), store.used]).toEqual([234, undefined, 300]);
  });

  it('goes on from its bytes, and leaves out what a smaller room does not hold', () => {
    const store = new StateStore(1000);
    store.put('é', new Uint8Array([1, 2]));
    store.put('big', new Uint8Array(200));
    store.put('', new Uint8Array(0));
    const same = new StateStore(1000);
    same.decode(store.encode());
    expect([same.get('é'), same.get('big')?.length, same.get(''), same.used]).toEqual([
      ...[new Uint8Array([1, 2]), 200, new Uint8Array(0), store.used],
    ]);
    const small = new StateStore(200);
    small.decode(store.encode());
    expect([small.get('é')?.length, small.get('big')]).toEqual([2, undefined]);
    expect(() => new StateStore(1000).decode(store.encode().slice(0, -1))).toThrow('cut off');
  });
});

describe('look-up tables', () => {
  it('hold the newest 8192', () => {
    const tables = new ContextTables();
    const one = (tgid: number) => ({ ...BIG, tgid, start: BigInt(tgid) });
    const tell = (from: number, count: number) =>
      tables.tell(encodeContext({ processes: Array.from({ length: count }, (_, i) => one(from + i)), containers: [] }));
    tell(0, 8192);
    tell(0, 1);
    tell(9000, 1);
    expect([tables.process(0, 0n), tables.process(1, 1n), tables.process(9000, 9000n)]).toEqual([
      ...[one(0), undefined, one(9000)],
    ]);
    const copy = new ContextTables();
    copy.decode(tables.encode());
    expect([copy.process(2, 2n), copy.process(1, 1n)]).toEqual([one(2), undefined]);
    tell(9001, 1);
    expect(tables.process(2, 2n)).toBeUndefined();
    expect(() => new ContextTables().decode(tables.encode().slice(0, -1))).toThrow('cut off');
  });
});
