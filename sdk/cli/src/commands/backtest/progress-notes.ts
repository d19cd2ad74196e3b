import type { BacktestProgress } from '@picket/sdk/client';
import type { Io } from '../../command.ts';

const EVERY_MS = 2000;
const DOES = { waiting: 'waits', fetching: 'fetches events', running: 'runs', telling: 'makes alerts' } as const;

/** Says now and then how far a backtest is. */
export function progressNotes(io: Io): (progress: BacktestProgress) => void {
  let said = performance.now();
  return ({ phase, batches, of, events, events_per_second: rate }) => {
    if (performance.now() - said < EVERY_MS) return;
    if (phase === 'running' && batches === 0) return;
    said = performance.now();
    const done = of === null ? `${batches} batches` : `${batches} of ${of} batches`;
    io.note(`${DOES[phase]}: ${done}, ${events} events, ${rate} a second`);
  };
}
