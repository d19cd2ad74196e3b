import { describe, expect, it } from 'vitest';
import { readAck } from './publish-ack.ts';
import { type OutgoingBatch, Spool, type SpooledBatch } from './spool.ts';

const COST = 2048;
const batch = (id: string, urgent = false): OutgoingBatch => ({
  id,
  urgent,
  message: new Uint8Array(COST - 1024),
  kinds: new Uint32Array(128),
});
const ids = (batches: OutgoingBatch[]) => batches.map((each) => each.id);
const at = (spool: Spool, index: number) => spool.at(index) as SpooledBatch;

describe('Spool', () => {
  it('drops the oldest batch without urgent records first, then the oldest', () => {
    const spool = new Spool(3 * COST);
    for (const [id, urgent] of [
      ['a', true],
      ['b', false],
      ['c', true],
    ] as const)
      spool.push(batch(id, urgent));
    expect(ids(spool.push(batch('d', true)))).toEqual(['b']);
    expect(ids(spool.push(batch('e')))).toEqual(['a']);
    expect(ids(spool.push(batch('f', true)))).toEqual(['e']);
    expect([spool.size, spool.bytes]).toEqual([3, 3 * COST]);
  });

  it('never drops a batch that may be in the stream; the new one goes instead', () => {
    const spool = new Spool(2 * COST);
    spool.push(batch('a'));
    spool.push(batch('b'));
    at(spool, 0).state = 'sent';
    at(spool, 1).state = 'sent';
    expect(ids(spool.push(batch('c')))).toEqual(['c']);
    expect(spool.size).toBe(2);
  });

  it('drops what is larger than itself', () => {
    const spool = new Spool(COST);
    expect(ids(spool.push({ ...batch('big'), message: new Uint8Array(COST) }))).toEqual(['big']);
    expect(spool.bytes).toBe(0);
  });

  it('moves its head over what is settled, in any order, once', () => {
    const spool = new Spool(10 * COST);
    for (const id of ['a', 'b', 'c']) spool.push(batch(id));
    const [a, b] = [at(spool, 0), at(spool, 1)];
    spool.settle(b, 'acked');
    expect(spool.head).toBe(0);
    spool.settle(a, 'acked');
    spool.settle(a, 'acked');
    expect([spool.head, spool.end, spool.size, spool.bytes]).toEqual([2, 3, 1, COST]);
    expect(spool.at(0)).toBeUndefined();
  });

  it('holds its bound over a long flood', () => {
    const spool = new Spool(100 * COST);
    let dropped = 0;
    for (let i = 0; i < 50_000; i++) {
      dropped += spool.push(batch(String(i), i % 3 === 0)).length;
      if (spool.bytes > 100 * COST) throw new Error('over its bound');
    }
    expect(dropped + spool.size).toBe(50_000);
    for (let index = spool.head; index < spool.end - 1; index++) expect(spool.at(index)?.urgent ?? true).toBe(true);
    expect(spool.at(spool.end - 1)?.id).toBe('49999');
  });
});

describe('readAck', () => {
  const ack = (text: string) => readAck({ data: new TextEncoder().encode(text) } as Parameters<typeof readAck>[0]);

  it('reads success', () => {
    expect(ack('{"stream":"S","seq":7}')).toEqual({ sequence: 7, duplicate: false });
    expect(ack('{"stream":"S","seq":7,"duplicate":true}')).toEqual({ sequence: 7, duplicate: true });
  });

  it.each(['', 'null', '[]', '7', '{"seq":"7"}', '{"error":{"code":503}}', '{"error":{"description":"no"}}', '{'])(
    'reads %j as a failure',
    (text) => expect(ack(text)).toHaveProperty('failure'),
  );
});
