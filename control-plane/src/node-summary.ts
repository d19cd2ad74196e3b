import type { LossCount } from '@picket/sdk';
import type { Batch } from './types.ts';

/** What a partition knows about one node. */
export interface NodeSummary {
  readonly node: string;
  readonly bootId: string;
  readonly agentEpoch: bigint;
  readonly events: number;
  readonly lastEvent: number;
  readonly losses: readonly LossCount[];
}

/** Nothing is known yet. */
export const emptySummary = (node: string): NodeSummary => ({
  node,
  bootId: '',
  agentEpoch: 0n,
  events: 0,
  lastEvent: 0,
  losses: [],
});

/** What is known after one more batch. */
export function summarise(before: NodeSummary, batch: Batch): NodeSummary {
  const { header } = batch;
  return {
    node: header.node,
    bootId: Buffer.from(header.bootId).toString('hex'),
    agentEpoch: header.agentEpoch,
    events: before.events + header.count,
    lastEvent: Number((header.watermark + header.wallOffset) / 1_000_000n),
    losses: header.losses,
  };
}
