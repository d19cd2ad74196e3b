import { type BatchHeader, EventCursor, Header, HeaderFlag, Kind } from '@picket/sdk';

export interface Unpacked {
  readonly header: BatchHeader;
  readonly records: Uint8Array;
}

/**
 * Decides from where on a node is recorded: from a snapshot, in which the agent states all containers before it goes
 * on. What comes before one would tell of containers that nobody described.
 */
export class Beginning {
  readonly #waiting: Set<string> | undefined;
  readonly #begun = new Set<string>();
  readonly #cursor = new EventCursor();
  readonly #onBegun: (token: string) => void;
  #over = false;

  /**
   * @param waiting tokens of the nodes that are recorded from a snapshot on, the others from their first batch on;
   *   without it every node is recorded from a snapshot on
   */
  constructor(waiting: Iterable<string> | undefined, onBegun: (token: string) => void = () => undefined) {
    this.#waiting = waiting && new Set(waiting);
    this.#onBegun = onBegun;
  }

  /** Records a node, or all, from now on, snapshot or not. */
  begin(token?: string): void {
    if (token === undefined) this.#over = true;
    else this.#begun.add(token);
  }

  isBegun(token: string): boolean {
    return this.#over || this.#begun.has(token) || (this.#waiting !== undefined && !this.#waiting.has(token));
  }

  /** What of a batch is recorded: all of it, its end, or nothing. */
  take(token: string, batch: Unpacked): Unpacked | undefined {
    if (this.isBegun(token)) return batch;
    const cursor = this.#cursor.open(batch.records);
    while (cursor.next()) {
      if (cursor.kind !== Kind.ContainerStarted || !(cursor.flags & HeaderFlag.snapshot)) continue;
      this.#begun.add(token);
      this.#onBegun(token);
      return from(batch, cursor);
    }
    return undefined;
  }
}

/** The batch from the current record of the cursor on. */
function from({ header, records }: Unpacked, cursor: EventCursor): Unpacked {
  const firstSequence = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset).getBigUint64(
    cursor.at + Header.sequence,
    true,
  );
  return {
    header: { ...header, count: header.count - cursor.index, firstSequence },
    records: records.subarray(cursor.at),
  };
}
