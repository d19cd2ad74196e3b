import { expect, it } from 'vitest';
import { decodeFrames, encodeFrames } from './frames.ts';

const frames = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(1000).fill(7)];

it('gives back what was put in', () => {
  expect(decodeFrames(encodeFrames(frames))).toEqual(frames);
  expect(decodeFrames(encodeFrames([]))).toEqual([]);
});

it('refuses bytes that end too early, and bytes that are something else', () => {
  const bytes = encodeFrames(frames);
  for (const length of [0, 7, 10, bytes.length - 1]) {
    expect(() => decodeFrames(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }),
    );
  }
  expect(() => decodeFrames(new Uint8Array(100))).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
});
