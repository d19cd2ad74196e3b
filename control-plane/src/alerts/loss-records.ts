import { type EventCursor, HeaderFlag, Kind, LossReason, SensorLoss } from '@picket/sdk';

/** Container of a loss, as slot.generation. */
export type LossOwner = string;

/** One `sensor.loss` record. */
export interface LossRecord {
  /** Undefined where no container is known for it. */
  readonly owner: LossOwner | undefined;
  /** `kind << 16 | reason` */
  readonly key: number;
  readonly count: number;
}

/** Who a loss must have met to concern an event; undefined when that may be anybody. */
export function ownerOf(cursor: EventCursor): LossOwner | undefined {
  if (cursor.slot > 0) return `${cursor.slot}.${cursor.generation}`;
  return (cursor.flags & HeaderFlag.host) !== 0 ? 'host' : undefined;
}

/** Events that are not told because an equal one was, and is counted there, are not lost. */
export const isLoss = (reason: number): boolean => reason !== LossReason.suppressed;

/** What a batch says of losses and whose they were. Walks all its records: for batches that tell of news only. */
export function readLossRecords(cursor: EventCursor): LossRecord[] {
  const out: LossRecord[] = [];
  while (cursor.next()) {
    if (cursor.kind !== Kind.SensorLoss) continue;
    const reason = cursor.u16(SensorLoss.reason);
    if (!isLoss(reason)) continue;
    const owner = cursor.slot > 0 ? `${cursor.slot}.${cursor.generation}` : undefined;
    out.push({ owner, key: (cursor.u16(SensorLoss.lostKind) << 16) | reason, count: cursor.u64(SensorLoss.count) });
  }
  return out;
}
