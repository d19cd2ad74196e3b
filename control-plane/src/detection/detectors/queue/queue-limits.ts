/** How much may wait for one instance, and be kept to be given again. */
export interface QueueLimits {
  /** Bytes of records that wait; what does not fit is skipped. */
  readonly waitingBytes: number;
  readonly waitingParts: number;
  /** Calls of so many records pay for themselves: they are sent although the instance is at work. */
  readonly joinRecords: number;
  /** Bytes of records of one call: no more are joined, and larger batches are handed in piece by piece. */
  readonly joinBytes: number;
  /** Smaller calls are not sent more often, ms. */
  readonly joinMs: number;
  /** Bytes of calls since the last snapshot. At half of it a new one is asked for; at all of it calls wait for that. */
  readonly keptBytes: number;
  readonly keptCalls: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = {
  waitingBytes: 8 << 20,
  waitingParts: 4096,
  joinRecords: 1024,
  joinBytes: 256 << 10,
  joinMs: 20,
  keptBytes: 4 << 20,
  keptCalls: 4096,
};
