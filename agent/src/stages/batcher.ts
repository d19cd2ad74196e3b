import { type Codec, Header, LossReason } from '@picket/sdk';
import { type CgroupEvent, readCgroupEvent } from '../containers/cgroup-event.ts';
import type { Identity } from '../identity.ts';
import type { OutgoingBatch } from '../sink/spool.ts';
import { type EventSource, Summary } from '../source/types.ts';
import { WallClock } from '../wall-clock.ts';
import { BATCH_BYTES, BatchBuffer } from './batch-buffer.ts';
import { packBatch } from './compress.ts';
import { RecordFinisher, roomOf } from './finish/finisher.ts';
import type { Redactor } from './finish/redact/redactor.ts';
import type { LossLedger } from './loss.ts';
import type { MessagePool } from './message-pool.ts';
import type { RecordSink } from './record-sink.ts';

export interface BatcherDeps {
  readonly source: EventSource;
  readonly identity: Identity;
  readonly codec: Codec;
  readonly losses: LossLedger;
  readonly redactor: Redactor;
  /** Memory of messages. */
  readonly pool: Pick<MessagePool, 'take'>;
  readonly offer: (batch: OutgoingBatch) => void;
}

/** What a drain found: nothing more, more than fitted, or a cgroup record that must be acted on before the next drain. */
export type Drained = 'empty' | 'more' | CgroupEvent;

/** An event is in the ring at most this long after its time was taken, in ns: programs of the kernel do not sleep. */
const RING_DELAY_NS = 1_000_000n;

const LONGEST_RECORD = 65_528;

/** Fills batches from the source and from the agent's own records, and packs the full ones. */
export class Batcher implements RecordSink {
  /** Records since start, by kind; batches; bytes of records and of messages. */
  readonly events = new Float64Array(Summary.size - Summary.kinds);
  readonly stats = { batches: 0, recordBytes: 0, messageBytes: 0, drains: 0 };
  /** When the first record of the open batch came, in ms of performance.now(). */
  openedAt = 0;
  readonly finisher: RecordFinisher;
  readonly #deps: BatcherDeps;
  readonly #buffer = new BatchBuffer();
  readonly #summary = new Uint32Array(Summary.size);
  readonly #wall = new WallClock();
  #watermark = 0n;

  constructor(deps: BatcherDeps) {
    this.#deps = deps;
    this.finisher = new RecordFinisher(deps.redactor, BATCH_BYTES);
  }

  /** Records in the open batch, and whether there are some that should not wait. */
  get count(): number {
    return this.#buffer.count;
  }
  get urgent(): boolean {
    return this.#buffer.urgent;
  }

  /** Moves events from the source into the open batch; packs it when it is full. */
  drain(): Drained {
    const before = this.#deps.source.now();
    const room = this.#buffer.room();
    const summary = this.#summary.fill(0);
    const bytes = this.#deps.source.drain(room, summary, this.finisher.marks);
    if (bytes > 0) this.finisher.finish(room, bytes, summary);
    this.stats.drains++;
    this.#deps.losses.add(0, LossReason.malformed, summary[Summary.malformed] ?? 0);
    if (bytes > 0) this.#take(bytes, summary);
    if (summary[Summary.barrier] === 1) return readCgroupEvent(room, summary[Summary.barrierAt] ?? 0) ?? 'more';
    if (summary[Summary.more] === 1 && this.#buffer.used > 0) {
      this.seal();
      return 'more';
    }
    if (before - RING_DELAY_NS > this.#watermark) this.#watermark = before - RING_DELAY_NS;
    return 'empty';
  }

  append(record: Uint8Array): void {
    const room = roomFor(record);
    if (!this.#buffer.fits(record.length + (room ?? 0))) this.seal();
    this.#opened();
    const added = this.#buffer.append(record, this.#deps.source.takeSequences(1), room);
    if (room !== undefined) this.finisher.finishOne(added, 0);
  }

  /** Packs the open batch and hands it on; does nothing when it is empty. */
  seal(): void {
    const buffer = this.#buffer;
    if (buffer.count === 0) return;
    const { identity, codec, losses, source } = this.#deps;
    const firstSequence = buffer.firstSequence();
    const records = buffer.records();
    const header = {
      count: buffer.count,
      firstSequence,
      agentEpoch: identity.agentEpoch,
      wallOffset: this.#wall.offset(source.now()),
      watermark: this.#watermark,
      bootId: identity.bootId,
      node: identity.node,
      losses: losses.total(),
    };
    const message = packBatch(header, records, codec, (length) => this.#deps.pool.take(length));
    this.#count(records.length, message.length);
    const id = `${identity.token}.${identity.agentEpoch}.${firstSequence}`;
    const batch = { message, id, kinds: buffer.kinds.slice(), urgent: buffer.urgent };
    buffer.clear();
    this.#deps.offer(batch);
  }

  #take(bytes: number, summary: Uint32Array): void {
    this.#opened();
    this.#buffer.commit(bytes, summary);
  }

  #opened(): void {
    if (this.#buffer.count === 0) this.openedAt = performance.now();
  }

  #count(recordBytes: number, messageBytes: number): void {
    this.stats.batches++;
    this.stats.recordBytes += recordBytes;
    this.stats.messageBytes += messageBytes;
    for (const [kind, count] of this.#buffer.kinds.entries()) this.events[kind] = (this.events[kind] ?? 0) + count;
  }
}

/** Zeros to put behind a record of the agent that is to be finished; undefined for all others. */
function roomFor(record: Uint8Array): number | undefined {
  const room = roomOf((record[Header.kind] ?? 0) | ((record[Header.kind + 1] ?? 0) << 8));
  return room !== undefined && record.length + room > LONGEST_RECORD ? 0 : room;
}
