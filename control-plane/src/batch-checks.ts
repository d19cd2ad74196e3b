import { BatchError, type EventCursor, LossReason } from '@picket/sdk';
import type { Batch } from './types.ts';

/**
 * Walks the records of a batch once, so that nothing of a broken one is applied.
 * @throws BatchError BATCH_CORRUPT when they can not be walked, or are not as many as its header says
 */
export function checkRecords(walker: EventCursor, batch: Batch): void {
  const cursor = walker.open(batch.records);
  while (cursor.next());
  if (!cursor.malformed && cursor.index + 1 === batch.header.count) return;
  const found = cursor.malformed
    ? 'a record has a length that can not be true'
    : `it holds ${cursor.index + 1} records`;
  throw new BatchError(
    'BATCH_CORRUPT',
    `the batch of ${batch.header.node} says ${batch.header.count} records but ${found}`,
  );
}

/** Records that never came are losses like those that the agent counts, so that alerts tell of them. */
export function withMissing(batch: Batch, missing: number): Batch {
  if (missing === 0) return batch;
  const loss = { kind: 0, reason: LossReason.busLimit, count: BigInt(missing) };
  return { ...batch, header: { ...batch.header, losses: [...batch.header.losses, loss] } };
}
