import { describe, expect, it } from 'vitest';
import { makeWindow } from '../testing/make-window.ts';
import { FeatureError } from './feature-error.ts';
import { WINDOW_LOSS } from './feature-window.ts';
import { decodeWindow, encodeWindow } from './windows-codec.ts';

const window = makeWindow({
  seconds: 60,
  from: 120_000,
  scalars: { opens: 12, cpu: 0.25, memory: 2 ** 52, closed_seconds: Number.MAX_VALUE },
  syscalls: { 0: 5, 59: 2, 257: 1e9 },
  bigrams: [
    [257, 0, 3],
    [40_000, 3, 1],
  ],
  tokens: { 'r:/etc/passwd': 2, 's:openat': 9, 'd:bücher.example': 1 },
  flags: WINDOW_LOSS,
  first: { agentEpoch: 2n ** 63n, sequence: 5n },
  last: { agentEpoch: 2n ** 63n, sequence: 9n },
});

describe('windows as bytes', () => {
  it('come back as they were', () => {
    expect(decodeWindow(encodeWindow(window))).toEqual(window);
    expect(decodeWindow(encodeWindow(makeWindow({ seconds: 1 })))).toEqual(makeWindow({ seconds: 1 }));
  });

  it('do without the tokens that the table of calls tells', () => {
    const told = makeWindow({ syscalls: { 0: 5, 59: 2 }, tokens: { 's:read': 5, 's:execve': 2, 'x:/bin/a': 1 } });
    const bytes = encodeWindow(told);
    expect(Buffer.from(bytes).includes('s:read')).toBe(false);
    expect(decodeWindow(bytes).tokens).toEqual(told.tokens);
  });

  it('are refused when they are cut, go on or are something else', () => {
    const bytes = encodeWindow(window);
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeWindow(bytes.subarray(0, end)), `cut at ${end}`).toThrow(FeatureError);
    expect(() => decodeWindow(Uint8Array.of(...bytes, 0))).toThrow(FeatureError);
    expect(() => decodeWindow(new TextEncoder().encode('{"window": true}'))).toThrow(/can not be read/);
    expect(() => decodeWindow(bytes.map((byte, i) => (i === 1 ? 7 : byte)))).toThrow(/version 7/);
  });

  it('are refused, or a window all the same, when a byte was changed', () => {
    const bytes = encodeWindow(window);
    for (let at = 2; at < bytes.length; at++) {
      const changed = bytes.map((byte, i) => (i === at ? byte ^ 0x55 : byte));
      try {
        expect(decodeWindow(changed).scalars.length).toBe(window.scalars.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FeatureError);
      }
    }
  });
});
