import { describe, expect, it } from 'vitest';
import { MessagePool } from './message-pool.ts';

describe('MessagePool', () => {
  it('gives places of the length asked for', () => {
    const pool = new MessagePool();
    expect([1, 16_384, 16_385, 70_000].map((length) => pool.take(length).length)).toEqual([1, 16_384, 16_385, 70_000]);
  });

  it('uses what was given back for messages of about the same size, and for nobody twice', () => {
    const pool = new MessagePool();
    const first = pool.take(30_000);
    pool.give(first);
    const second = pool.take(20_000);
    expect(second.buffer).toBe(first.buffer);
    expect(pool.take(20_000).buffer).not.toBe(second.buffer);
  });

  it('takes no message twice, and none of others', () => {
    const pool = new MessagePool();
    const message = pool.take(30_000);
    pool.give(message);
    pool.give(message);
    pool.give(new Uint8Array(32_768));
    const taken = [pool.take(30_000), pool.take(30_000), pool.take(30_000)];
    expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it('keeps a bounded amount ready', () => {
    const pool = new MessagePool();
    const many = Array.from({ length: 20 }, () => pool.take(1024 * 1024));
    for (const message of many) pool.give(message);
    const before = new Set(many.map(({ buffer }) => buffer));
    const again = Array.from({ length: 20 }, () => pool.take(1024 * 1024)).filter(({ buffer }) => before.has(buffer));
    expect(again).toHaveLength(8);
  });
});
