import { describe, expect, it } from 'vitest';
import { type Kept, KeyTable, keepWithin } from './key-table.ts';

const entry = (key: string, owner: string, bytes = 100, used = 1): Kept => ({ key, owner, used, bytes });
const keysOf = (table: KeyTable<Kept>) => [...table.values()].map(({ key }) => key).join('');

function tableOf(limits: Partial<{ keys: number; perOwner: number }> = {}) {
  const evicted = { count: 0 };
  const table = new KeyTable<Kept>({ keys: 100, perOwner: 10, bytes: 1e9, ...limits }, () => {
    evicted.count++;
  });
  return { table, evicted };
}

describe('a table of keys', () => {
  it('lets a flood in one container push out only what is its own', () => {
    const { table, evicted } = tableOf({ perOwner: 3 });
    table.add(entry('A', 'quiet'));
    for (const key of 'bcdefgh') table.add(entry(key, 'noisy'));
    expect([keysOf(table), evicted.count]).toEqual(['Afgh', 4]);
  });

  it('takes from the container that has the most when there are too many in all', () => {
    const { table, evicted } = tableOf({ keys: 6 });
    for (const key of 'AB') table.add(entry(key, 'one'));
    for (const key of 'cdef') table.add(entry(key, 'two'));
    for (const key of 'GH') table.add(entry(key, 'three'));
    expect([keysOf(table), evicted.count]).toEqual(['ABefGH', 2]);
  });

  it('keeps what was used last', () => {
    const { table } = tableOf({ perOwner: 2 });
    const [a, b] = [entry('a', 'x'), entry('b', 'x')];
    table.add(a);
    table.add(b);
    table.touch(a, 5, 100);
    table.add(entry('c', 'x'));
    expect(keysOf(table)).toBe('ac');
    expect(a.used).toBe(5);
    table.touch(a, 3, 100);
    expect(a.used).toBe(5);
  });

  it('forgets what is too old, without counting it as evicted', () => {
    const { table, evicted } = tableOf();
    [1, 5, 9].forEach((used, i) => {
      table.add(entry('abc'.charAt(i), 'x', 100, used));
    });
    table.expire(5);
    expect([keysOf(table), evicted.count, table.bytes]).toEqual(['bc', 0, 200]);
  });

  it('knows what it takes', () => {
    const { table } = tableOf();
    const a = entry('a', 'x', 10);
    table.add(a);
    table.touch(a, 1, 50);
    expect(table.bytes).toBe(50);
    table.delete(a);
    table.delete(a);
    expect(table.bytes).toBe(0);
  });
});

it('several tables stay within a common limit: what takes the most makes room', () => {
  const [small, large] = [tableOf(), tableOf({ perOwner: 100 })];
  small.table.add(entry('a', 'quiet', 100));
  for (let i = 0; i < 64; i++) large.table.add(entry(`k${i}`, 'noisy', 100));
  large.table.add(entry('z', 'quiet', 100));
  keepWithin(4000, [small.table, large.table]);
  expect(small.table.bytes + large.table.bytes).toBeLessThanOrEqual(4000);
  expect([small.evicted.count, large.table.get('z') !== undefined]).toEqual([0, true]);
  expect(large.evicted.count).toBe(65 - large.table.size);
});
