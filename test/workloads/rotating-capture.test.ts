import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { messagesOf } from './capture.ts';
import { RotatingCapture } from './rotating-capture.ts';
import { Turns } from './turns.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pieces-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const message = (time: number) => ({ subject: 'picket.events.1.token', time, batch: new Uint8Array([time % 251]) });

it('begins a new piece when its time is over, and loses nothing between two', async () => {
  const capture = new RotatingCapture(join(folder, 'new'), 10);
  const times = [1_000_000, 1_009_000, 1_010_001, 1_050_000, 1_055_000];
  for (const time of times) await capture.add(message(time));
  await capture.finish();
  const names = readdirSync(join(folder, 'new')).sort();
  expect(names).toEqual(['000.pkcap', '001.pkcap', '002.pkcap']);
  const pieces = await Promise.all(names.map((name) => messagesOf(join(folder, 'new', name))));
  expect(pieces.map((piece) => piece.map(({ time }) => time))).toEqual([
    times.slice(0, 2),
    [1_010_001],
    times.slice(3),
  ]);
});

it('has whole pieces while the last one grows', async () => {
  const capture = new RotatingCapture(folder, 1);
  await capture.add(message(1000));
  await capture.add(message(9000));
  expect(await messagesOf(join(folder, '000.pkcap'))).toHaveLength(1);
  await expect(messagesOf(join(folder, '001.pkcap'))).rejects.toThrow(
    expect.objectContaining({ code: 'CAPTURE_TRUNCATED' }),
  );
  await capture.finish();
});

it('lets one at a time do something, in the order of asking, whatever fails', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const act = (name: string, ms: number) => async () => {
    done.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    done.push(`${name} ends`);
    if (name === 'a') throw new Error('a fails');
  };
  const results = await Promise.allSettled([turns.take(act('a', 20)), turns.take(act('b', 1))]);
  expect(done).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
