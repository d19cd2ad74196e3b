import { Header, KINDS, Kind } from '@picket/sdk';
import { Summary } from '../source/types.ts';

/** Bytes of records that one batch holds. */
export const BATCH_BYTES = 256 * 1024;
const KIND_COUNT = Summary.size - Summary.kinds;

/** Kinds that no batch may hold back: the rare ring, and what says who the containers are and what is missing. */
const URGENT: readonly number[] = [
  ...KINDS.filter((kind) => kind.ring === 'rare').map((kind) => kind.id),
  Kind.ContainerStarted,
  Kind.ContainerUpdated,
  Kind.ContainerStopped,
  Kind.SensorLoss,
];

/**
 * The records of the batch that is being filled. The source drains straight into it; one buffer is enough, because
 * packing makes the bytes that the bus keeps and leaves this one free.
 */
export class BatchBuffer {
  /** Records by kind. */
  readonly kinds = new Uint32Array(KIND_COUNT);
  /** Records. */
  count = 0;
  /** Whether there are records that should not wait. */
  urgent = false;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #used = 0;

  constructor(capacity = BATCH_BYTES) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, capacity);
  }

  get used(): number {
    return this.#used;
  }

  /** The free end of the buffer, for the source to write into. */
  room(): Buffer {
    return this.#bytes.subarray(this.#used);
  }

  /** Takes what the source wrote into `room()`. */
  commit(bytes: number, summary: Uint32Array): void {
    this.#used += bytes;
    this.count += summary[Summary.records] ?? 0;
    for (let kind = 0; kind < KIND_COUNT; kind++)
      this.kinds[kind] = (this.kinds[kind] ?? 0) + (summary[Summary.kinds + kind] ?? 0);
    if (!this.urgent) this.urgent = URGENT.some((kind) => this.kinds[kind] !== 0);
  }

  fits(length: number): boolean {
    return this.#used + length <= this.#bytes.length;
  }

  /**
   * Adds a record that the agent made, with its sequence and `room` zeros at its end. It must fit.
   * @returns the bytes from the record on
   */
  append(record: Uint8Array, sequence: bigint, room = 0): Buffer {
    const at = this.#used;
    const length = record.length + room;
    this.#bytes.set(record, at);
    this.#bytes.fill(0, at + record.length, at + length);
    this.#view.setUint16(at + Header.length, length, true);
    this.#view.setBigUint64(at + Header.sequence, sequence, true);
    const kind = this.#view.getUint16(at + Header.kind, true);
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    this.#used += length;
    this.count++;
    this.urgent ||= URGENT.includes(kind);
    return this.#bytes.subarray(at);
  }

  /** Sequence of the first record; 0 when there is none. */
  firstSequence(): bigint {
    return this.#used === 0 ? 0n : this.#view.getBigUint64(Header.sequence, true);
  }

  /** The records. The bytes are overwritten after `clear`. */
  records(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#used = 0;
    this.count = 0;
    this.urgent = false;
    this.kinds.fill(0);
  }
}
