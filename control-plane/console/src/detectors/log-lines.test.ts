import type { DetectorLogLine } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { addLines, NOTHING_READ } from './log-lines.ts';

const line = (number: number): DetectorLogLine => ({
  version: 'a'.repeat(64),
  number,
  time: '2026-01-05T10:00:00.000Z',
  level: 'info',
  message: `line ${number}`,
  partition: 3,
});
const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => line(from + i));

it('puts the newest on top and counts what was missed', () => {
  let read = addLines(NOTHING_READ, { items: lines(1, 2), next: 'a', missed: 0 });
  read = addLines(read, { items: [], next: 'a', missed: 0 });
  read = addLines(read, { items: lines(6, 2), next: 'b', missed: 3 });
  expect(read.lines.map(({ number }) => number)).toEqual([7, 6, 2, 1]);
  expect(read).toMatchObject({ next: 'b', missed: 3 });
});

it('stays bounded, and names lines apart when their numbers begin anew', () => {
  let read = addLines(NOTHING_READ, { items: lines(1, 900), next: 'a', missed: 0 });
  read = addLines(read, { items: lines(1, 200), next: 'b', missed: 0 });
  expect(read.lines).toHaveLength(1000);
  expect(new Set(read.lines.map(({ key }) => key)).size).toBe(1000);
  expect(read.lines[0]?.message).toBe('line 200');
});
