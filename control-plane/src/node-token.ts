import { createHash } from 'node:crypto';
import { BatchError, partitionOf, tokenOfDigest } from '@picket/sdk';
import type { Batch } from './types.ts';

/** More node names than a cluster has: beyond it the cache begins anew. */
const MOST_NAMES = 16_384;
const known = new Map<string, string>();

/** Token of a node, remembered: it is asked for with every batch. */
export function tokenOf(node: string): string {
  const found = known.get(node);
  if (found !== undefined) return found;
  if (known.size >= MOST_NAMES) known.clear();
  const token = tokenOfDigest(createHash('sha256').update(node).digest());
  known.set(node, token);
  return token;
}

/**
 * Proves that a batch speaks of the node whose subject it came on: the bus lets an agent publish on its own subject
 * only, so this is what keeps it from speaking for others.
 * @throws BatchError BATCH_CORRUPT when it names another node
 */
export function checkSender({ header, token, partition }: Batch): void {
  const own = tokenOf(header.node);
  if (own === token && partitionOf(own) === partition) return;
  throw new BatchError(
    'BATCH_CORRUPT',
    `a batch on the subject of node token ${token} names node ${JSON.stringify(header.node)}`,
  );
}
