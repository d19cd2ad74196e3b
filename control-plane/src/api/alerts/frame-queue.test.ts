import { expect, test } from 'vitest';
import { FrameQueue } from './frame-queue.ts';

test('hands frames on in order, and waits for the next', async () => {
  const queue = new FrameQueue(100);
  queue.push('a');
  queue.push('b');
  expect(await queue.take()).toBe('ab');
  const next = queue.take();
  queue.push('c');
  expect(await next).toBe('c');
  expect(queue.taken).toBe(2);
});

test('refuses what does not fit any more, but takes one frame of any length', () => {
  const queue = new FrameQueue(10);
  expect(queue.push('x'.repeat(50))).toBe(true);
  expect(queue.push('y')).toBe(false);
  expect(queue.length).toBe(1);
});

test('counts its room again after something was taken', async () => {
  const queue = new FrameQueue(10);
  queue.push('x'.repeat(10));
  await queue.take();
  expect(queue.push('y'.repeat(10))).toBe(true);
});

test('hands out much in pieces', async () => {
  const queue = new FrameQueue(1_000_000);
  for (let i = 0; i < 10; i++) queue.push('x'.repeat(20_000));
  expect((await queue.take())?.length).toBe(80_000);
  expect(queue.length).toBe(6);
});

test('its end wakes the reader, drops what waits and keeps the first reason', async () => {
  const queue = new FrameQueue(10);
  const waiting = queue.take();
  queue.end('slow');
  expect(await waiting).toBeUndefined();
  queue.end('client');
  expect(queue.ended).toBe('slow');
  expect(queue.push('late')).toBe(false);
  const full = new FrameQueue(10);
  full.push('a');
  full.push('b');
  expect(full.end('shutdown')).toBe(2);
  expect(await full.take()).toBeUndefined();
});
