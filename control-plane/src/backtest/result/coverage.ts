import { KINDS, type LossCount, namedLoss } from '@picket/sdk';
import type { BacktestResult } from '@picket/sdk/client';

type Coverage = BacktestResult['coverage'];

export interface CoverageFacts {
  /** Records by number of the kind. */
  readonly kinds: Float64Array;
  /** Numbers of the kinds that what is tried asks for. */
  readonly wanted: readonly number[];
  readonly lost: readonly LossCount[];
  readonly missing: number;
}

/** Says what the events can not show: what was never recorded leaves no trace in a backtest. */
export function coverageOf({ kinds, wanted, lost, missing }: CoverageFacts): Coverage {
  const seen = KINDS.map(({ id, name }) => ({ kind: name, records: kinds[id] ?? 0 }))
    .filter(({ records }) => records > 0)
    .toSorted((a, b) => b.records - a.records);
  const absent = KINDS.filter(({ id }) => wanted.includes(id) && (kinds[id] ?? 0) === 0).map(({ name }) => name);
  const notes: string[] = [];
  if (seen.length === 0) notes.push('there are no events: look at the time, the filters and the namespaces');
  else if (absent.length > 0)
    notes.push(
      `none of these kinds is among the events: ${absent.join(', ')}. If nothing asked for them then, the agents did not send them`,
    );
  if (lost.length > 0 || missing > 0)
    notes.push('events were lost while it was recorded: what was in them can not be found');
  return {
    kinds: seen,
    absent,
    lost: lost.map(namedLoss),
    notes,
  };
}
