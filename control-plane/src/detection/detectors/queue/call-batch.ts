import type { BatchHeader } from '@picket/sdk';
import { type GuestBatch, guestBatch } from '../../host/instance/guest-batch.ts';

/**
 * Records as an instance is handed them.
 * @param skipped records that it has missed so far: absence proves nothing after them either
 */
export function callBatch(
  header: BatchHeader,
  skipped: bigint,
  records: Uint8Array,
  count: number,
  dictionary: Uint8Array,
): GuestBatch {
  const losses = skipped > 0n ? [...header.losses, { kind: 0, reason: 0, count: skipped }] : header.losses;
  return guestBatch({ ...header, losses }, records, count, dictionary);
}
