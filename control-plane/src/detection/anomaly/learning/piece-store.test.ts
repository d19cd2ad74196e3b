import { expect, test } from 'vitest';
import { BytePacker, ByteUnpacker } from './byte-packer.ts';
import { PieceStore } from './piece-store.ts';
import { randomOf } from './testing/ordinary-windows.ts';

const pieceOf = (n: number, length: number) => Uint8Array.from({ length }, (_, i) => (n * 31 + (i % 17)) & 255);

/** Puts and drops at random, as a full reservoir does. */
function played(settles: boolean) {
  const random = randomOf(4);
  const store = new PieceStore();
  const expected = new Map<number, Uint8Array>();
  for (let n = 0; n < 6000; n++) {
    const piece = expected.size < 900 ? expected.size : Math.floor(900 * random());
    if (expected.has(piece)) store.drop(piece);
    const bytes = pieceOf(n, 100 + Math.floor(900 * random()));
    store.put(piece, bytes);
    expected.set(piece, bytes);
    if (settles) store.settle();
  }
  return { store, expected };
}

const sorted = (pieces: ReadonlyMap<number, Uint8Array>) =>
  [...pieces].sort(([a], [b]) => a - b).map(([piece, bytes]) => `${piece} ${Buffer.from(bytes).toString('hex')}`);

test('pieces come back as they are, packed or not, whatever was dropped between them', () => {
  for (const settles of [true, false]) {
    const { store, expected } = played(settles);
    expect(sorted(store.all())).toEqual(sorted(expected));
    expect(store.used).toBe([...expected.values()].reduce((sum, { length }) => sum + length, 0));
  }
});

test('it takes far less memory than its pieces, also when all of them were replaced many times', () => {
  const { store } = played(true);
  expect(store.used).toBeGreaterThan(450_000);
  expect(store.bytes).toBeLessThan(150_000);
});

test('it is written as it lies, and goes on', () => {
  const { store, expected } = played(true);
  const out = new BytePacker();
  store.write(out);
  const written = out.take();
  const again = PieceStore.read(new ByteUnpacker(written));
  again.drop(7);
  again.put(7, pieceOf(1, 30_000));
  again.settle();
  expected.set(7, pieceOf(1, 30_000));
  expect(sorted(again.all())).toEqual(sorted(expected));
  expect(() => PieceStore.read(new ByteUnpacker(written.subarray(0, written.length - 5)))).toThrow(RangeError);
});
