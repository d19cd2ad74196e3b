import { uncompressSync } from 'lz4-napi';
import { expect, it } from 'vitest';
import { compressLz4, lz4Bound } from './lz4.ts';

it.each([1, 8])('packs a block that an independent LZ4 unpacks, acceleration %i', (acceleration) => {
  const input = Buffer.from('a record of a file that was opened again and again;'.repeat(500));
  const output = Buffer.alloc(4 + lz4Bound(input.length));
  output.writeUInt32LE(input.length, 0);
  const written = compressLz4(input, output.subarray(4), acceleration);
  expect(written).toBeLessThan(input.length / 10);
  expect(uncompressSync(output.subarray(0, 4 + written))).toEqual(input);
});

it('says when the output is too small, and keeps within it', () => {
  const output = Buffer.alloc(64, 7);
  expect(() => compressLz4(Buffer.from(crypto.getRandomValues(new Uint8Array(1000))), output.subarray(0, 32))).toThrow(
    expect.objectContaining({ code: 'BUFFER_TOO_SMALL' }),
  );
  expect(output.subarray(32)).toEqual(Buffer.alloc(32, 7));
});
