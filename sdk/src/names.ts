import type { LossCount } from './batch.ts';
import { KINDS, LOSS_REASON_NAMES } from './events.gen.ts';

const kinds = new Map(KINDS.map((kind) => [kind.id, kind.name]));

/** Name of an event kind for people and metrics: `any` for 0, `kind_<id>` for one this version does not know. */
export const kindName = (id: number): string => (id === 0 ? 'any' : (kinds.get(id) ?? `kind_${id}`));

/** Name of a loss reason for people and metrics. */
export const lossReasonName = (id: number): string => LOSS_REASON_NAMES[id] ?? `reason_${id}`;

/** A loss as people, metrics and JSON see it. The count is exact up to 2^53. */
export const namedLoss = ({ kind, reason, count }: LossCount): { kind: string; reason: string; count: number } => ({
  kind: kindName(kind),
  reason: lossReasonName(reason),
  count: Number(count),
});
