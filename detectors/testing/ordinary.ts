import { readFileSync } from 'node:fs';
import { CaptureDecoder, EventCursor, kindInfo } from '@picket/sdk';
import { unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import type { Batch } from './batch-of.ts';

const CAPTURE = new URL('../../test/fixtures/ordinary.pkcap', import.meta.url);

/** Half a minute of six ordinary workloads in real containers: a capture that every detector must be silent on. */
export function ordinaryBatches(): Batch[] {
  const decoder = new CaptureDecoder();
  const messages = [...decoder.push(readFileSync(CAPTURE))];
  decoder.finish();
  return messages.map(({ batch, subject }, i) => unpackBatch(batch, subject, i + 1));
}

/** Records by kind. */
export function kindsOf(batches: readonly Batch[]): Map<string, number> {
  const counts = new Map<string, number>();
  const cursor = new EventCursor();
  for (const { records } of batches) {
    cursor.open(records);
    while (cursor.next()) {
      const name = kindInfo(cursor.kind)?.name ?? String(cursor.kind);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}
