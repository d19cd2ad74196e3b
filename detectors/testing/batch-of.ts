import type { DetectorRun } from '@picket/control-plane/detectors';
import { Codec } from '@picket/sdk';

export type Batch = Parameters<DetectorRun['feed']>[0];

/** What makes CLOCK_BOOTTIME of a made batch ns since 1970. */
export const WALL = 1_700_000_000_000_000_000n;

/** A batch of records as it comes from the bus. @param node its number, from 0 */
export function batchOf(records: readonly Uint8Array[], node = 0, wallOffset = WALL): Batch {
  const bytes = new Uint8Array(Buffer.concat(records));
  return {
    header: {
      agentEpoch: 1n,
      firstSequence: 1n,
      wallOffset,
      watermark: 0n,
      bootId: new Uint8Array(16).fill(node + 1, 3, 9),
      node: `node-${node}`,
      losses: [],
      count: records.length,
      codec: Codec.none,
      rawLength: bytes.length,
    },
    records: bytes,
    partition: 0,
    token: `token-${node}`,
    streamSequence: 1,
  };
}
