import { type BatchHeader, Codec, encodeBatchHeader } from '@picket/sdk';

/** A batch for tests, its records not packed. */
export function testBatch(records: readonly Uint8Array[], header: Partial<BatchHeader> = {}): Uint8Array {
  const body = Buffer.concat(records);
  const head = encodeBatchHeader({
    codec: Codec.none,
    count: records.length,
    rawLength: body.length,
    firstSequence: 1n,
    agentEpoch: 1000n,
    wallOffset: 5n,
    watermark: 7n,
    bootId: new Uint8Array(16).fill(3),
    node: 'node-1',
    losses: [{ kind: 10, reason: 1, count: 4n }],
    ...header,
  });
  return new Uint8Array(Buffer.concat([head, body]));
}
