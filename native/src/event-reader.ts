import { addon, type ReaderHandle, type ReaderStats } from './addon.ts';
import type { BpfMap } from './bpf-map.ts';
import { NativeError } from './native-error.ts';

/** Words of a summary that has one for every kind of the schema. `drain` takes 128 or more and uses at most these. */
export const SUMMARY_WORDS = 144;

/** Places in the summary; words that are not named here are 0. */
export const SUMMARY = {
  /** Records that were copied. */
  records: 0,
  /** 1 when records are left: `out` or `marks` had no room for the next one, or the drain stopped at a barrier. Else 0. */
  more: 1,
  /** Copied records whose container slot is 0: their container is not known yet. */
  pendingContainer: 2,
  /** Records that were dropped: length below 64, no multiple of 8, or beyond what the kernel reserved. */
  malformed: 3,
  /** 1 when the last record is a barrier. */
  barrier: 4,
  /** Where in `out` that barrier record starts. */
  barrierAt: 5,
  /** Copied records whose kind has no word of its own in this summary. */
  unknownKind: 6,
  /** Places that were written into `marks`. */
  marks: 7,
  /** Copied records of kind k stand at `byKind + k`. */
  byKind: 16,
} as const;

const NO_MARKS = new Uint32Array(0);

/** A kind whose records the caller looks at one by one. */
export interface MarkedKind {
  readonly kind: number;
  /** Zeros that each record gets at its end, for a caller that makes it longer; rounded up to a multiple of 8. */
  readonly room: number;
}

/** A kind that has paths as the caller wrote them, and where: bytes from the start of the record. */
export interface PathKind {
  readonly kind: number;
  /** Length of the part before the strings. */
  readonly fixed: number;
  /** References (u16 offset, u16 length) to the strings. */
  readonly references: readonly number[];
}

export interface ReaderOptions {
  /** The ring of kinds that must not be lost. */
  readonly rare: BpfMap;
  /** The ring of everything else. */
  readonly bulk: BpfMap;
  /** Called when there is something to drain; once a wake, however much is there. */
  readonly onReady: () => void;
  /**
   * A wake by the bulk ring alone calls `onReady` only when so many bytes wait; less is left to the timer.
   * Default 0: call at once.
   */
  readonly backlogBytes?: number;
  /** A drain stops right behind a record of such a kind, so that the caller can write its own after it. Default none. */
  readonly barrierKinds?: readonly number[];
  /** Kinds whose places `drain` writes into its `marks`. No barrier kinds. Default none. */
  readonly markedKinds?: readonly MarkedKind[];
  /**
   * Kinds in whose records with the flag `user_path` absolute paths are normalised as text: `//`, `/./`, `/../` and
   * slashes at the end go. Default none.
   */
  readonly pathKinds?: readonly PathKind[];
  /** How often to look without being woken, in milliseconds; 0 never. Default 10. */
  readonly backstopMs?: number;
}

/**
 * Reads events from two BPF ring buffers. A ring can have one reader at a time. It watches from its making on and
 * keeps the process alive until `stop`, `close` or `unref`.
 */
export class EventReader {
  readonly #handle: ReaderHandle;

  /** @throws NativeError RING_FAILED (not ring buffers, or the same one twice), INVALID_ARGUMENT */
  constructor(options: ReaderOptions) {
    const { backlogBytes = 0, backstopMs = 10 } = options;
    if (backlogBytes > 0 && backstopMs === 0) {
      throw new NativeError(
        'INVALID_ARGUMENT',
        'backlogBytes needs the timer, or the last records would wait for ever',
      );
    }
    const Handle = addon().EventReader;
    this.#handle = new Handle(options.rare.fd, options.bulk.fd, options.onReady, backstopMs, backlogBytes);
    try {
      this.#setKinds(options);
    } catch (error) {
      this.#handle.close();
      throw error;
    }
  }

  #setKinds({ barrierKinds = [], markedKinds = [], pathKinds = [] }: ReaderOptions): void {
    for (const kind of barrierKinds) this.#handle.addBarrier(kind);
    for (const { kind, room } of markedKinds) {
      if (barrierKinds.includes(kind))
        throw new NativeError('INVALID_ARGUMENT', `kind ${kind} can not be both marked and a barrier`);
      this.#handle.addMark(kind, room);
    }
    for (const { kind, fixed, references } of pathKinds)
      for (const reference of references) this.#handle.addPathField(kind, fixed, reference);
  }

  /** The number that the next record gets; numbers go up by one over both rings. Starts at 1. */
  get nextSequence(): bigint {
    return this.#handle.nextSequence;
  }

  set nextSequence(value: bigint) {
    this.#handle.nextSequence = value;
  }

  /**
   * Copies whole records into `out`, back to back, and gives the bytes written. Each gets its sequence number at
   * byte 16. Ends when both rings are empty, behind a barrier record, or when the next record does not fit; a record
   * is at most 65528 bytes long. `summary` is overwritten (see SUMMARY).
   *
   * The byte offsets in `out` of records of marked kinds go into `marks`, which ends the drain too when it is full.
   * Without `marks` such kinds are like all others, and get no room at their end.
   *
   * Order: a bulk record comes after every rare record that was reserved before it, so an exec comes before what
   * that process then opens. Within a ring the order is the kernel's.
   * @throws NativeError CLOSED, INVALID_ARGUMENT, BUFFER_TOO_SMALL (the summary)
   */
  drain(out: Uint8Array, summary: Uint32Array, marks: Uint32Array = NO_MARKS): number {
    return this.#handle.drain(out, summary, marks);
  }

  /**
   * From now on drained records of this cgroup that the kernel sent with slot 0, because it did not know the container
   * yet, get this slot and generation (u16 each).
   */
  assignSlot(cgroup: bigint, slot: number, generation: number): void {
    this.#handle.assignSlot(cgroup, slot, generation);
  }

  /** Undoes `assignSlot`. */
  forgetSlot(cgroup: bigint): void {
    this.#handle.forgetSlot(cgroup);
  }

  /** @throws NativeError CLOSED */
  get stats(): ReaderStats {
    return this.#handle.stats();
  }

  /** Lets the process end while the reader waits. */
  unref(): void {
    this.#handle.setRef(false);
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#handle.setRef(true);
  }

  /** No call of `onReady` comes after this; what is in the rings can still be drained. */
  stop(): void {
    this.#handle.stop();
  }

  /** Stops and lets go of the rings. Does nothing the second time. */
  close(): void {
    this.#handle.close();
  }
}
