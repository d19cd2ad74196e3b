import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  CaptureDecoder,
  EventCursor,
  FileOpen,
  HeaderFlag,
  Kind,
  NetAccept,
  NetDns,
  WindowSyscalls,
} from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { unpackBatch } from './bus/unpack.ts';
import type { ClosedWindow } from './detection/anomaly/features/container-windows.ts';
import type { CountTable, FeatureWindow } from './detection/anomaly/features/feature-window.ts';
import { SCALARS, Scalar } from './detection/anomaly/features/scalars.ts';
import { decodeWindow, encodeWindow } from './detection/anomaly/features/windows-codec.ts';
import { WindowReplay } from './detection/anomaly/testing/replay-windows.ts';
import type { Batch } from './types.ts';

const FIXTURES = ['ordinary', 'attack'] as const;

function batchesOf(name: string): Batch[] {
  const file = fileURLToPath(new URL(`../../test/fixtures/${name}.pkcap`, import.meta.url));
  const decoder = new CaptureDecoder();
  let sequence = 0;
  return [...decoder.push(readFileSync(file))].map(({ batch, subject }) => unpackBatch(batch, subject, ++sequence));
}

function play(batches: readonly Batch[], replay = new WindowReplay()): ClosedWindow[] {
  return batches.flatMap((batch) => replay.handle(batch));
}

/** Of each container and second how much there was, counted without any cleverness. */
function slowCounts(batches: readonly Batch[]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  const cursor = new EventCursor();
  for (const { records } of batches) {
    cursor.open(records);
    while (cursor.next()) {
      if (cursor.slot === 0 || (cursor.flags & HeaderFlag.snapshot) !== 0) continue;
      const key = `${cursor.slot}.${cursor.generation}.${Math.floor(cursor.time / 1e9)}`;
      const row = counts.get(key) ?? [0, 0, 0, 0, 0, 0];
      const add = (at: number, count: number) => {
        row[at] = (row[at] ?? 0) + count;
      };
      if (cursor.kind === Kind.ProcessExit) add(0, 1);
      if (cursor.kind === Kind.ProcessFork) add(1, 1);
      if (cursor.kind === Kind.NetAccept) add(2, cursor.u32(NetAccept.count));
      if (cursor.kind === Kind.NetDns && cursor.u16(NetDns.answer) === 0) add(3, 1);
      if (cursor.kind === Kind.WindowSyscalls) add(4, cursor.u64(WindowSyscalls.total));
      if (cursor.kind === Kind.FileOpen) add(5, cursor.u32(FileOpen.count));
      counts.set(key, row);
    }
  }
  return counts;
}

const value = (window: FeatureWindow, name: keyof typeof Scalar) => window.scalars[Scalar[name]] ?? 0;

describe.each(FIXTURES)('windows of the capture %s', (name) => {
  const batches = batchesOf(name);
  const replay = new WindowReplay();
  const closed = play(batches, replay);
  const windows = (seconds: number) => closed.filter(({ window }) => window.seconds === seconds);

  it('count what a plain count of the records says', () => {
    const slow = slowCounts(batches);
    expect(windows(1).length).toBeGreaterThan(10);
    let opens = 0;
    for (const { container, window } of windows(1)) {
      const row = slow.get(`${container.slot}.${container.generation}.${window.from / 1000}`) ?? [];
      const told = [
        value(window, 'exits'),
        value(window, 'forks'),
        value(window, 'accepts'),
        value(window, 'dns_queries'),
        value(window, 'syscalls'),
      ];
      expect(told).toEqual(row.slice(0, 5));
      // those of the runtime are left out
      expect(value(window, 'opens')).toBeLessThanOrEqual(row[5] ?? 0);
      opens += (row[5] ?? 0) - value(window, 'opens');
    }
    expect(opens).toBeLessThanOrEqual(replay.windows.stats.runtime);
    expect(replay.windows.stats).toMatchObject({ unknown: 0, refused: 0 });
  });

  it('are the sum of the shorter ones', () => {
    const sums = SCALARS.flatMap(({ roll }, at) => (roll === 'sum' ? [at] : []));
    for (const { container, window } of windows(10)) {
      const parts = windows(1).filter(
        (one) => one.container === container && one.window.from >= window.from && one.window.to <= window.to,
      );
      for (const at of sums) {
        const sum = parts.reduce((all, one) => all + (one.window.scalars[at] ?? 0), 0);
        // resources are told in seconds in which nothing happened too
        if (isResource(at)) expect(window.scalars[at]).toBeGreaterThanOrEqual(sum - 1e-9);
        else expect(window.scalars[at], SCALARS[at]?.name).toBeCloseTo(sum, 6);
      }
      expect(window.tokens).toEqual(summed(parts.map((one) => one.window.tokens)));
      expect(pairs(window.syscalls)).toEqual(summedTables(parts.map((one) => one.window.syscalls)));
      expect(pairs(window.bigrams)).toEqual(summedTables(parts.map((one) => one.window.bigrams)));
    }
  });

  it('are the same when a restart comes between', () => {
    const steps = [0.1, 0.35, 0.6, 0.85].map((share) => Math.floor(batches.length * share));
    let current = new WindowReplay();
    const again = batches.flatMap((batch, i) => {
      if (steps.includes(i)) current = current.restarted();
      return current.handle(batch);
    });
    expect(again.length).toBe(closed.length);
    expect(again.map(({ window }) => window)).toEqual(closed.map(({ window }) => window));
    expect(again.map(({ container }) => container.id)).toEqual(closed.map(({ container }) => container.id));
  });

  it('come back from their bytes', () => {
    for (const { window } of closed) expect(decodeWindow(encodeWindow(window))).toEqual(window);
  });
});

const RESOURCES = new Set(['cpu', 'throttled', 'disk_read', 'disk_written', 'net_received', 'net_sent']);
const isResource = (at: number): boolean => RESOURCES.has(SCALARS[at]?.name ?? '');

function summed(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const tokens of all) for (const [token, count] of tokens) sum.set(token, (sum.get(token) ?? 0) + count);
  return sum;
}

const pairs = ({ size, keys, counts }: CountTable): [number, number][] =>
  Array.from({ length: size }, (_, i) => [keys[i] ?? 0, counts[i] ?? 0]);

function summedTables(all: readonly CountTable[]): [number, number][] {
  const sum = new Map<number, number>();
  for (const table of all) for (const [key, count] of pairs(table)) sum.set(key, (sum.get(key) ?? 0) + count);
  return [...sum].sort(([a], [b]) => a - b);
}
