import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { BytePacker, ByteUnpacker } from './byte-packer.ts';

/** Pieces behind one another, packed together. */
interface Block {
  /** The piece that each length belongs to, `GONE` for one that was dropped. */
  readonly pieces: Uint16Array;
  readonly lengths: Uint32Array;
  readonly packed: Uint8Array;
  /** Bytes of the pieces that are left, before packing. */
  live: number;
}

const GONE = 0xffff;
/** Numbers of pieces stay below. */
export const MOST_PIECES = GONE;
/** Bytes of a block before packing: larger ones pack better, and cost more to pack anew. */
const BLOCK = 128 * 1024;
/** Bytes that wait unpacked until they are worth packing. */
const TAIL = 24 * 1024;
/** The quickest: higher levels gain a few percent. */
const PACKED = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Many small pieces of bytes by number. The newest lie as they are, the others are packed in blocks; a block from which much
 * was dropped takes the next ones in. What is read from it does not depend on how the pieces lie.
 */
export class PieceStore {
  #tail = new Uint8Array(0);
  #end = 0;
  /** Pieces of the tail and their lengths, in their order. */
  #waiting: number[] = [];
  #lengths: number[] = [];
  readonly #blocks: Block[] = [];
  #used = 0;
  #packed = 0;

  /** Bytes of the pieces, before packing. */
  get used(): number {
    return this.#used;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#packed + this.#tail.length + this.#waiting.length * 16;
  }

  put(piece: number, bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#tail.length) this.#grow(this.#end + bytes.length);
    this.#tail.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#used += bytes.length;
    this.#waiting.push(piece);
    this.#lengths.push(bytes.length);
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(Math.max(1024, Math.ceil(1.5 * this.#tail.length), bytes));
    larger.set(this.#tail.subarray(0, this.#end));
    this.#tail = larger;
  }

  drop(piece: number): void {
    const waiting = this.#waiting.lastIndexOf(piece);
    if (waiting >= 0) {
      this.#waiting[waiting] = GONE;
      this.#used -= this.#lengths[waiting] ?? 0;
      return;
    }
    for (const block of this.#blocks) {
      const index = block.pieces.indexOf(piece);
      if (index < 0) continue;
      const length = block.lengths[index] ?? 0;
      block.pieces[index] = GONE;
      block.live -= length;
      this.#used -= length;
      return;
    }
  }

  /** Packs what waits, when it is enough. */
  settle(): void {
    if (this.#end < TAIL) return;
    let pieces: number[] = [];
    let parts: Uint8Array[] = [];
    let size = 0;
    const take = (piece: number, bytes: Uint8Array) => {
      pieces.push(piece);
      parts.push(bytes);
      size += bytes.length;
      if (size < BLOCK) return;
      this.#pack(pieces, parts);
      pieces = [];
      parts = [];
      size = 0;
    };
    const roomy = this.#roomiest();
    if (roomy >= 0) {
      const [block] = this.#blocks.splice(roomy, 1) as [Block];
      this.#packed -= weight(block);
      eachOf(block, take);
    }
    this.#eachWaiting(take);
    if (pieces.length > 0) this.#pack(pieces, parts);
    this.#tail = new Uint8Array(0);
    this.#end = 0;
    this.#waiting = [];
    this.#lengths = [];
  }

  /** The block with the least in it, when what waits has room there; -1 for none. */
  #roomiest(): number {
    let roomiest = -1;
    let least = BLOCK - this.#end;
    for (const [index, { live }] of this.#blocks.entries())
      if (live <= least) {
        least = live;
        roomiest = index;
      }
    return roomiest;
  }

  #pack(pieces: readonly number[], parts: readonly Uint8Array[]): void {
    const lengths = Uint32Array.from(parts, ({ length }) => length);
    // a copy of the exact size: what zlib gives lies in a larger piece of memory
    const packed = Uint8Array.from(zstdCompressSync(Buffer.concat(parts), PACKED));
    const live = lengths.reduce((sum, length) => sum + length, 0);
    this.#keep({ pieces: Uint16Array.from(pieces), lengths, packed, live });
  }

  #keep(block: Block): void {
    this.#blocks.push(block);
    this.#packed += weight(block);
  }

  /** The bytes of each piece, by its number: views, good until the next change. */
  all(): Map<number, Uint8Array> {
    const all = new Map<number, Uint8Array>();
    const take = (piece: number, bytes: Uint8Array) => all.set(piece, bytes);
    for (const block of this.#blocks) eachOf(block, take);
    this.#eachWaiting(take);
    return all;
  }

  #eachWaiting(take: (piece: number, bytes: Uint8Array) => void): void {
    let at = 0;
    for (const [i, piece] of this.#waiting.entries()) {
      const end = at + (this.#lengths[i] ?? 0);
      if (piece !== GONE) take(piece, this.#tail.subarray(at, end));
      at = end;
    }
  }

  /** As it lies. */
  write(out: BytePacker): void {
    out.whole(this.#blocks.length);
    for (const { pieces, lengths, packed } of this.#blocks) {
      out.whole(packed.length);
      writePieces(out, pieces, lengths);
      out.raw(packed);
    }
    writePieces(out, this.#waiting, this.#lengths);
    out.raw(this.#tail.subarray(0, this.#end));
  }

  /** @throws RangeError when the bytes are cut off */
  static read(bytes: ByteUnpacker): PieceStore {
    const store = new PieceStore();
    for (let left = bytes.count(); left > 0; left--) {
      const size = bytes.count();
      const { pieces, lengths, live } = readPieces(bytes);
      const packed = Uint8Array.from(bytes.raw(size));
      store.#keep({ pieces: Uint16Array.from(pieces), lengths: Uint32Array.from(lengths), packed, live });
      store.#used += live;
    }
    const { pieces, lengths, live } = readPieces(bytes);
    store.#waiting = pieces;
    store.#lengths = lengths;
    store.#used += live;
    store.#tail = Uint8Array.from(bytes.raw(lengths.reduce((sum, length) => sum + length, 0)));
    store.#end = store.#tail.length;
    return store;
  }
}

const weight = ({ pieces, packed }: Block): number => packed.length + pieces.length * 6 + 200;

function eachOf({ pieces, lengths, packed }: Block, take: (piece: number, bytes: Uint8Array) => void): void {
  const size = lengths.reduce((sum, length) => sum + length, 0);
  const raw = zstdDecompressSync(packed, { maxOutputLength: size + 1 });
  if (raw.length !== size) throw new RangeError('a block has another size than its pieces');
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    const end = at + (lengths[i] ?? 0);
    if (pieces[i] !== GONE) take(pieces[i] ?? GONE, raw.subarray(at, end));
    at = end;
  }
}

function writePieces(out: BytePacker, pieces: ArrayLike<number>, lengths: ArrayLike<number>): void {
  out.whole(pieces.length);
  for (let i = 0; i < pieces.length; i++) {
    out.whole(pieces[i] ?? GONE);
    out.whole(lengths[i] ?? 0);
  }
}

function readPieces(bytes: ByteUnpacker): { pieces: number[]; lengths: number[]; live: number } {
  const [pieces, lengths]: [number[], number[]] = [[], []];
  let live = 0;
  for (let left = bytes.count(); left > 0; left--) {
    const [piece, length] = [bytes.whole(), bytes.whole()];
    if (piece > GONE) throw new RangeError(`a piece has the number ${piece}`);
    pieces.push(piece);
    lengths.push(length);
    if (piece !== GONE) live += length;
  }
  return { pieces, lengths, live };
}
