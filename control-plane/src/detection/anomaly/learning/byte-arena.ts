/** Where a piece lies. */
export interface Piece {
  readonly place: number;
  readonly length: number;
}

/** Many small pieces of bytes in one large one. */
export class ByteArena {
  #bytes = new Uint8Array(4096);
  #end = 0;
  #freed = 0;

  /** Bytes of the pieces. */
  get used(): number {
    return this.#end - this.#freed;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** Much of it belongs to pieces that are gone. */
  get isSparse(): boolean {
    return this.#freed > 16_384 && this.#freed > this.#end / 4;
  }

  /** @returns where the piece lies from now on, until `compact` */
  add(piece: Uint8Array): number {
    if (this.#end + piece.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(Math.ceil(1.5 * this.#bytes.length), this.#end + piece.length));
      larger.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
    return this.#end - piece.length;
  }

  view(place: number, length: number): Uint8Array {
    return this.#bytes.subarray(place, place + length);
  }

  free(length: number): void {
    this.#freed += length;
  }

  /** Moves the pieces together. @returns where each lies now */
  compact(pieces: readonly Piece[]): number[] {
    const old = this.#bytes;
    this.#bytes = new Uint8Array(Math.ceil(1.2 * this.used) + 4096);
    this.#end = 0;
    this.#freed = 0;
    return pieces.map(({ place, length }) => this.add(old.subarray(place, place + length)));
  }
}
