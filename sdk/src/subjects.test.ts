import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { alertSubject, eventSubject, nodeToken, partitionOf } from './subjects.ts';

/** RFC 4648 base32 of the whole digest, written independently. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
}

it('makes the token of a node', async () => {
  for (const name of ['node-1', 'worker.example', 'ä']) {
    expect(await nodeToken(name)).toBe(base32(createHash('sha256').update(name).digest()).slice(0, 16));
  }
});

it('spreads tokens over the partitions, always the same way', () => {
  expect(partitionOf('')).toBe(0x811c9dc5 % 64);
  const counts = new Map<number, number>();
  for (let i = 0; i < 6400; i++) counts.set(partitionOf(`token${i}`), (counts.get(partitionOf(`token${i}`)) ?? 0) + 1);
  expect(counts.size).toBe(64);
  expect(Math.max(...counts.values())).toBeLessThan(200);
});

it('writes subjects', () => {
  expect(eventSubject(5, 'abc')).toBe('picket.events.5.abc');
  expect(alertSubject('Critical', 'syscall')).toBe('picket.alerts.critical.syscall');
});
