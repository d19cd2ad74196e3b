/** A piece of memory begins small and doubles up to the size of a call, so that a quiet selection keeps little. */
const LEAST_BYTES = 4096;
const MOST_BYTES = 256 << 10;

/**
 * Memory for copies of records: one part behind the other. Few large pieces are made and freed instead of one for each part, and
 * parts that are handed in together are one run of bytes already. A piece lives as long as one of its parts does.
 */
export class CopyRoom {
  #piece = new ArrayBuffer(0);
  #used = 0;

  /** Room for records; what is in it is not zero. 8-aligned, as lengths of records are. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#used + bytes > this.#piece.byteLength) this.#begin(bytes);
    const at = this.#used;
    this.#used += bytes;
    return new Uint8Array(this.#piece, at, bytes);
  }

  #begin(bytes: number): void {
    const grown = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, 2 * this.#piece.byteLength));
    // not out of the pool of Buffer, which is not aligned
    this.#piece = Buffer.allocUnsafeSlow(Math.max(grown, bytes)).buffer;
    this.#used = 0;
  }
}
