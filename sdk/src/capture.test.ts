import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CaptureDecoder, type CapturedMessage, CaptureEncoder, CaptureError, crc32 } from './capture.ts';

const messages: CapturedMessage[] = [
  { subject: 'picket.events.7.abcdefghijklmnop', time: 1_700_000_000_123, batch: bytesOf(300_000) },
  { subject: 'picket.events.8.qrstuvwxyz234567', time: 1_700_000_000_456, batch: new Uint8Array(0) },
  { subject: 'picket.events.9.ünïcode', time: 1_700_000_001_000.5, batch: bytesOf(17) },
];

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

function capture(of: readonly CapturedMessage[] = messages): Uint8Array {
  const encoder = new CaptureEncoder();
  return new Uint8Array(Buffer.concat([encoder.start(), ...of.map((m) => encoder.message(m)), encoder.end()]));
}

function read(bytes: Uint8Array, pieceLength = 1 << 16): { got: CapturedMessage[]; error: CaptureError | undefined } {
  const decoder = new CaptureDecoder();
  const got: CapturedMessage[] = [];
  try {
    for (let at = 0; at < bytes.length; at += pieceLength)
      for (const message of decoder.push(bytes.subarray(at, at + pieceLength))) got.push(message);
    decoder.finish();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { got, error };
  }
  return { got, error: undefined };
}

describe('crc32', () => {
  it('equals that of zlib, in one piece and in two', () => {
    const bytes = bytesOf(10_000);
    expect(crc32(bytes)).toBe(zlibCrc32(bytes));
    expect(crc32(bytes.subarray(333), crc32(bytes.subarray(0, 333)))).toBe(zlibCrc32(bytes));
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('a capture', () => {
  it('gives back the same messages, whatever the size of the pieces', () => {
    for (const pieceLength of [1 << 20, 4096, 999])
      expect(read(capture(), pieceLength)).toEqual({ got: messages, error: undefined });
    const small = messages.slice(1);
    expect(read(capture(small), 1)).toEqual({ got: small, error: undefined });
  });

  it('gives messages that do not share memory with the pieces, Node buffers too', () => {
    const piece = Buffer.from(capture());
    const [message] = [...new CaptureDecoder().push(piece)];
    piece.fill(0);
    expect(message).toEqual(messages[0]);
  });

  it('may hold no message', () => {
    expect(read(capture([]))).toEqual({ got: [], error: undefined });
  });

  it('gives its whole messages and then says that it was cut, at every possible cut', () => {
    const small = messages.slice(1);
    const bytes = capture(small);
    for (let length = 8; length < bytes.length; length++) {
      const { got, error } = read(bytes.subarray(0, length));
      expect(error?.code, `cut at ${length}`).toBe('CAPTURE_TRUNCATED');
      expect(got).toEqual(small.slice(0, got.length));
      expect(error?.message).toContain(`${got.length} whole messages`);
    }
  });

  it('refuses what is not a capture', () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('PKC'), Buffer.from('PK\x03\x04 a zip'), bytesOf(5000)])
      expect(read(new Uint8Array(bytes)).error?.code).toBe('CAPTURE_NOT_A_CAPTURE');
  });

  it('refuses another version and says what to do', () => {
    const bytes = capture();
    bytes[6] = 9;
    const { got, error } = read(bytes);
    expect(got).toEqual([]);
    expect(error?.code).toBe('CAPTURE_VERSION');
    expect(error?.message).toMatch(/format 9.*update Picket/);
  });

  it('notices a changed byte anywhere behind its first eight', () => {
    const bytes = capture(messages.slice(1));
    for (let at = 8; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 0x41;
      expect(read(changed).error?.code, `byte ${at}`).toMatch(/^CAPTURE_(CORRUPT|TRUNCATED)$/);
    }
  });

  it('refuses bytes behind its end and frames that claim too much', () => {
    const bytes = capture();
    expect(read(new Uint8Array(Buffer.concat([bytes, bytes.subarray(0, 1)]))).error?.code).toBe('CAPTURE_CORRUPT');
    const huge = new Uint8Array(Buffer.concat([bytes.subarray(0, 8), Buffer.from([255, 255, 255, 255, 1])]));
    expect(read(huge).error?.message).toMatch(/claims 4294967295 bytes/);
  });

  it('does not take a message that no frame can hold', () => {
    const encoder = new CaptureEncoder();
    expect(() => encoder.message({ subject: 's'.repeat(70_000), time: 0, batch: bytesOf(1) })).toThrow(RangeError);
  });
});
