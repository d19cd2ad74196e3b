import { EventCursor, encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { EventMarks } from './event-marks.ts';

const at = (kind: number, sequence: number, ms: number, more: Record<string, number> = {}) => {
  const head = { sequence, time: ms * 1_000_000, tgid: 100 + sequence, start: 5, slot: 1, generation: 1, ...more };
  const cursor = new EventCursor().open(encodeRecord(kind, head, {}));
  cursor.next();
  return cursor;
};

it('finds the events of a class in a stretch of time, the newest first', () => {
  const marks = new EventMarks();
  marks.note(at(Kind.ProcessExec, 1, 900));
  marks.note(at(Kind.ProcessExec, 2, 1000));
  marks.note(at(Kind.NetConnect, 3, 1100));
  marks.note(at(Kind.ProcessExec, 4, 1999));
  marks.note(at(Kind.ProcessExec, 5, 2000));
  expect(marks.within('x', 1000, 2000).map(({ sequence, pid }) => [sequence, pid])).toEqual([
    [4, 104],
    [2, 102],
  ]);
  expect(marks.within('c', 1000, 2000).map(({ sequence }) => sequence)).toEqual([3]);
  expect(marks.within('s', 1000, 2000)).toEqual([]);
});

it('keeps the newest ones: a flood of one kind leaves the others alone', () => {
  const marks = new EventMarks();
  marks.note(at(Kind.ProcessExec, 1, 1000));
  for (let i = 0; i < 1000; i++) marks.note(at(Kind.FileOpen, 10 + i, 1001));
  expect(marks.within('x', 0, 5000).map(({ sequence }) => sequence)).toEqual([1]);
  expect(marks.within('r', 0, 5000).map(({ sequence }) => sequence)).toEqual([
    1009, 1008, 1007, 1006, 1005, 1004, 1003, 1002,
  ]);
});

it('passes over snapshots and kinds that nobody asks for, and forgets another run of the agent', () => {
  const marks = new EventMarks();
  marks.note(at(Kind.ProcessExec, 1, 1000, { flags: HeaderFlag.snapshot }));
  marks.note(at(Kind.ProcessExit, 2, 1000));
  expect(marks.within('x', 0, 5000)).toEqual([]);
  marks.note(at(Kind.ProcessExec, 3, 1000));
  marks.clear();
  expect(marks.within('x', 0, 5000)).toEqual([]);
});

it('goes on from a checkpoint with what windows may still be about', () => {
  const marks = new EventMarks();
  for (let i = 0; i < 12; i++) marks.note(at(Kind.ProcessExec, i, 1000 + i * 100));
  const other = new EventMarks();
  other.restore(marks.saved(1500));
  expect(other.within('x', 0, 5000)).toEqual(marks.within('x', 1500, 5000));
  other.note(at(Kind.ProcessExec, 99, 3000));
  expect(other.within('x', 0, 5000).map(({ sequence }) => sequence)).toEqual([99, 11, 10, 9, 8, 7, 6, 5]);
});
