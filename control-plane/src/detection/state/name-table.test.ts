import { EventCursor, encodeRecord, type FieldValue, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { NameTable, readNames } from './name-table.ts';

function answer(name: string, addresses: readonly string[], time: number, more: Record<string, FieldValue> = {}) {
  const record = encodeRecord(Kind.NetDns, { time }, { name, addresses, answer: 1, type: 1, ...more });
  const cursor = new EventCursor().open(record);
  cursor.next();
  return cursor;
}

describe('NameTable', () => {
  it('knows the names that a container was told, from then on', () => {
    const table = new NameTable();
    table.learn(7, answer('Shop.Example', ['192.0.2.1', '2001:DB8:0::1'], 100));
    expect(table.find(7, '192.0.2.1', 100)).toEqual(['shop.example']);
    expect(table.find(7, '2001:db8::1', 150)).toEqual(['shop.example']);
    expect(table.find(7, '192.0.2.1', 99)).toEqual([]);
    expect(table.find(7, '192.0.2.2', 100)).toEqual([]);
    expect(table.find(8, '192.0.2.1', 100)).toEqual([]);
  });

  it('learns nothing from queries, refusals and answers without addresses', () => {
    const table = new NameTable();
    table.learn(7, answer('a', ['192.0.2.1'], 1, { answer: 0 }));
    table.learn(7, answer('a', ['192.0.2.1'], 1, { rcode: 3 }));
    table.learn(7, answer('a', [], 1));
    table.learn(7, answer('', ['192.0.2.1'], 1));
    table.learn(7, answer('a', ['no address', '1.2.3'], 1));
    expect(table.size).toBe(0);
  });

  it('keeps several names of an address, the last told first, and forgets what is old', () => {
    const table = new NameTable({ keep: 1000 });
    for (const [i, name] of ['a', 'b', 'c', 'd', 'e', 'b'].entries()) table.learn(7, answer(name, ['192.0.2.1'], i));
    expect(table.find(7, '192.0.2.1', 10)).toEqual(['b', 'e', 'd', 'c']);
    expect(table.find(7, '192.0.2.1', 1002)).toEqual(['b', 'e', 'd', 'c']);
    expect(table.find(7, '192.0.2.1', 1004)).toEqual(['b', 'e']);
    // of a name told again the first time still counts
    expect(table.find(7, '192.0.2.1', 1)).toEqual(['b']);
    expect(table.find(7, '192.0.2.1', 2000)).toEqual([]);
  });

  it('takes a record twice like once, and a late one like one in time', () => {
    const [one, other] = [new NameTable(), new NameTable()];
    const [early, late] = [answer('a', ['192.0.2.1'], 5), answer('a', ['192.0.2.1'], 9)];
    for (const cursor of [early, late]) one.learn(7, cursor);
    for (const cursor of [late, early, late]) other.learn(7, cursor);
    expect(other.saved()).toEqual(one.saved());
  });

  it('stays within its bounds: a flood in one container costs the others nothing', () => {
    const table = new NameTable({ perContainer: 4, inAll: 8 });
    table.learn(1, answer('quiet', ['192.0.2.1'], 1));
    for (let i = 0; i < 100; i++) table.learn(2, answer(`flood${i}`, [`198.51.100.${i}`], 2));
    expect(table.size).toBe(5);
    expect(table.find(1, '192.0.2.1', 3)).toEqual(['quiet']);
    expect(table.find(2, '198.51.100.99', 3)).toEqual(['flood99']);
    expect(table.find(2, '198.51.100.95', 3)).toEqual([]);
    for (let container = 3; container < 9; container++)
      for (let i = 0; i < 4; i++) table.learn(container, answer('n', [`203.0.113.${i}`], 3));
    expect(table.size).toBe(8);
    expect(table.find(8, '203.0.113.0', 3)).toEqual(['n']);
    expect(table.find(1, '192.0.2.1', 3)).toEqual([]);
    expect(table.saved()).toHaveLength(2);
  });

  it('can be saved and put back', () => {
    const table = new NameTable({ perContainer: 2 });
    table.learn(1, answer('a', ['192.0.2.1', '192.0.2.2'], 1));
    table.learn(2, answer('b', ['192.0.2.1'], 2));
    const other = new NameTable({ perContainer: 2 });
    other.restore(readNames(JSON.parse(JSON.stringify(table.saved()))));
    for (const each of [table, other]) each.learn(1, answer('c', ['192.0.2.3'], 3));
    expect(other.saved()).toEqual(table.saved());
    expect([other.size, other.find(1, '192.0.2.1', 9)]).toEqual([3, []]);
  });

  it.each([undefined, {}, [1], [['a', []]], [[1, [['x']]]], [[1, [['x', [{ name: 'a' }]]]]], [[1, [['x', [null]]]]]])(
    'refuses %j',
    (value) => expect(() => readNames(value)).toThrow(TypeError),
  );
});
