import { type EventCursor, Header, HeaderFlag } from '@picket/sdk';
import type { DetectorFinding } from '../detection/detectors/detector-finding.ts';

/**
 * A cursor on the event that caused a finding. Where no single event did: on a record of no kind, with the watermark of the batch
 * as its time and the container that the finding is about; without one it is about the node.
 */
export function openCause(cursor: EventCursor, { record, batch, slot, generation }: DetectorFinding): EventCursor {
  cursor.open(record ?? momentRecord(batch.header.watermark, slot, generation)).next();
  return cursor;
}

function momentRecord(watermark: bigint, slot: number, generation: number): Uint8Array {
  const out = new Uint8Array(Header.size);
  const view = new DataView(out.buffer);
  view.setUint16(Header.length, Header.size, true);
  view.setBigUint64(Header.time, BigInt.asUintN(64, watermark), true);
  view.setUint16(Header.slot, slot, true);
  view.setUint16(Header.generation, generation, true);
  if (slot === 0) view.setUint16(Header.flags, HeaderFlag.host, true);
  return out;
}
