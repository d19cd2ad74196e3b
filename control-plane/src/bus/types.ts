import type { PicketError } from '@picket/sdk';

/** Limits of one stream. What is older or more than this is discarded, the oldest first. */
export interface StreamLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Settings that have good defaults. */
export interface BusSettings {
  readonly events: StreamLimits;
  readonly alerts: StreamLimits;
  readonly audit: StreamLimits;
  /** Copies of every stream in a NATS cluster. */
  readonly streamReplicas: number;
  /** How long a partition stays without an owner after its owner died, in ms. */
  readonly leaseTtlMs: number;
  /** How often to look for partitions to take or hand over, in ms. */
  readonly lookMs: number;
  /** A checkpoint is made after this long, in ms, or after so many batches, whichever comes first. */
  readonly checkpointMs: number;
  readonly checkpointBatches: number;
  /** Most batches of one partition that wait in memory to be handled. */
  readonly readAhead: number;
  /** Alerts that may wait for their ack before the partitions are held up. */
  readonly alertQueue: number;
  /** How long to wait for the bus at the start, in ms. */
  readonly connectMs: number;
}

const DAY_MS = 24 * 3600 * 1000;

export const BUS_DEFAULTS: BusSettings = {
  events: { maxBytes: 4 * 1024 ** 3, maxAgeMs: 7 * DAY_MS },
  alerts: { maxBytes: 1024 ** 3, maxAgeMs: 365 * DAY_MS },
  audit: { maxBytes: 256 * 1024 ** 2, maxAgeMs: 365 * DAY_MS },
  streamReplicas: 1,
  leaseTtlMs: 10_000,
  lookMs: 2000,
  checkpointMs: 5000,
  checkpointBatches: 2000,
  readAhead: 32,
  alertQueue: 4096,
  connectMs: 10_000,
};

/** One event batch as it came from the bus. `bytes` are valid until `handle` has ended. */
export interface BatchMessage {
  readonly partition: number;
  readonly subject: string;
  readonly streamSequence: number;
  readonly bytes: Uint8Array;
}

/** Messages of the stream that were discarded by its limits before they were read. */
export interface BusLoss {
  readonly partition: number;
  readonly reason: 'bus_limit';
  /** First and last stream sequence of the stretch. */
  readonly first: number;
  readonly last: number;
  /**
   * Most batches of this partition that can be lost. It is exact when the stream holds no other partition; the
   * exact number of events shows in the sequences of the batches that follow.
   */
  readonly batchesAtMost: number;
}

/** Something that went wrong and was survived. Every one is also counted in the stats. */
export interface BusProblem {
  readonly error: PicketError;
  readonly partition?: number;
  /** The message it happened at. That message was skipped when `skipped` is true. */
  readonly streamSequence?: number;
  readonly skipped: boolean;
}

/** What the pipeline does for each partition that this replica owns. Calls for one partition never overlap. */
export interface PartitionWork {
  /**
   * The partition is ours. Called before its first message, with the state of the last checkpoint, or undefined
   * when there is none. A state that can not be used: throw a ControlPlaneError CHECKPOINT_CORRUPT, then it is
   * called again with undefined and the partition is read from the start of the stream.
   */
  restore(partition: number, state: Uint8Array | undefined): void | Promise<void>;
  /**
   * Applies one batch. A BatchError means that the batch can not be used: it is reported and skipped. Any other
   * error makes the partition go back to its checkpoint and try again once; the second time the batch is skipped.
   */
  handle(message: BatchMessage): void | Promise<void>;
  /** State after the last handled batch, to be restored from. The bytes must not change afterwards. */
  snapshot(partition: number): Uint8Array | Promise<Uint8Array>;
  /** The partition is no longer ours: forget its state. */
  release?(partition: number): void;
  onLoss(loss: BusLoss): void;
  onError(problem: BusProblem): void;
}

/** Counters of one owned partition since it was taken. */
export interface PartitionStats {
  readonly partition: number;
  /** Fencing number of the lease; grows with every owner. */
  readonly epoch: number;
  /** Stream sequence of the last batch applied. */
  readonly applied: number;
  /** Batches in the stream behind it, as of the last batch. */
  readonly pending: number;
  readonly batches: number;
  readonly bytes: number;
  /** Batches that could not be used. */
  readonly skipped: number;
  /** Batches delivered again and ignored. */
  readonly duplicates: number;
  /** How often the consumer was made anew. */
  readonly reopened: number;
  readonly checkpoints: number;
  readonly checkpointFailures: number;
  /** Size of the last checkpoint, compressed. */
  readonly checkpointBytes: number;
  readonly lostAtMost: number;
}

export interface PublisherStats {
  readonly queued: number;
  readonly published: number;
  /** Publishes that had to be repeated. */
  readonly retried: number;
  /** Alerts that the bus will never take; their promise was rejected. */
  readonly refused: number;
}

export interface AlertReaderStats {
  readonly projected: number;
  readonly malformed: number;
  /** Alerts whose projection failed and was tried again. */
  readonly failed: number;
}

/** Which part of the event stream to look at again. */
export interface StoredEventsQuery {
  /** Batches published since then, ms since 1970. */
  readonly since: number;
  /** Most batches: when there are more, the newest. */
  readonly most: number;
}

/** One batch of the past. */
export interface StoredMessage {
  readonly subject: string;
  readonly streamSequence: number;
  readonly bytes: Uint8Array;
  /** When it was published, ms since 1970. */
  readonly time: number;
}

export interface StoredEvents {
  /** Why it is not all of the time asked for: more `batches` than wanted, or no longer `stored`. Null when it is all. */
  readonly cut: 'batches' | 'stored' | null;
  /** In the order of the stream. Read them to the end or stop with `return`. @throws ControlPlaneError BUS_* */
  readonly messages: AsyncGenerator<StoredMessage, void, undefined>;
}
