import { describe, expect, it } from 'vitest';
import { type BatchHeader, Codec, decodeBatchHeader, encodeBatchHeader } from './batch.ts';

const header: BatchHeader = {
  codec: Codec.lz4,
  count: 3,
  rawLength: 256,
  firstSequence: 2n ** 60n,
  agentEpoch: 1_700_000_000_000n,
  wallOffset: -5n,
  watermark: 99n,
  bootId: Uint8Array.from({ length: 16 }, (_, i) => i),
  node: 'knoten-ä',
  losses: [{ kind: 10, reason: 1, count: 7n }],
};

const bytes = () => encodeBatchHeader(header);
const changed = (at: number, ...values: number[]) => {
  const out = bytes();
  out.set(values, at);
  return out;
};

it('gives back every field, and the packed records behind it', () => {
  const packed = new Uint8Array([1, 2, 3]);
  const read = decodeBatchHeader(new Uint8Array([...bytes(), ...packed]));
  expect(read.header).toEqual(header);
  expect(read.packed).toEqual(packed);
  expect(bytes().length % 8).toBe(0);
});

it('keeps its own copy of the boot id when it is read from a Buffer', () => {
  const buffer = Buffer.from(bytes());
  const { bootId } = decodeBatchHeader(buffer).header;
  buffer.fill(0);
  expect(bootId).toEqual(header.bootId);
});

describe('refuses', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'BATCH_TOO_SHORT'],
    ['another magic', changed(0, 0), 'BATCH_BAD_MAGIC'],
    ['another major', changed(4, 9), 'BATCH_SCHEMA_UNSUPPORTED'],
    ['a header longer than the message', changed(8, 255, 255), 'BATCH_CORRUPT'],
    ['more losses than fit', changed(14, 255, 255), 'BATCH_CORRUPT'],
    ['an unknown codec', changed(12, 9), 'BATCH_CORRUPT'],
    ['sizes that contradict', changed(16, 255, 255), 'BATCH_CORRUPT'],
    ['a claim of gigabytes', changed(20, 255, 255, 255, 127), 'BATCH_CORRUPT'],
    ['a name that is not UTF-8', changed(72 + 16 + 2, 0xff), 'BATCH_CORRUPT'],
  ])('%s', (_, input, code) => {
    expect(() => decodeBatchHeader(input)).toThrow(expect.objectContaining({ code }));
  });
});
