import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContainer } from '../../test/support/container.ts';
import type { Act } from './acts.ts';
import type { AlertWatch, Arrival } from './alert-watch.ts';

/** Clocks of kernel and process are read at different moments: an event may seem this early or late, in ms. */
const TOLERANCE_MS = 20;
/** An act that raises nothing within this time raises nothing. */
const LONGEST_WAIT_MS = 3000;
/** After the first alert of an act, more may follow. */
const SETTLE_MS = 400;

/** What came of one act. */
export interface Outcome {
  readonly act: Act;
  readonly arrivals: readonly Arrival[];
}

/** Performs an act and waits for the alerts about what happened in it. */
export async function perform(act: Act, container: TestContainer, watch: AlertWatch): Promise<Outcome> {
  const from = Date.now() - TOLERANCE_MS;
  await act.run(container);
  const to = Date.now() + TOLERANCE_MS;
  const own = () => watch.arrivals.filter(({ eventAt }) => eventAt >= from && eventAt <= to);
  for (let waited = 0; waited < LONGEST_WAIT_MS && own().length === 0; waited += 10) await sleep(10);
  if (own().length > 0) await sleep(SETTLE_MS);
  return { act, arrivals: own() };
}

/**
 * Repeats ordinary acts for a while.
 * @returns the alerts that came, of which there should be none
 */
export async function live(
  acts: readonly Act[],
  container: TestContainer,
  watch: AlertWatch,
  ms: number,
  signal: AbortSignal,
): Promise<readonly Arrival[]> {
  const before = watch.arrivals.length;
  const until = performance.now() + ms;
  for (let turn = 0; performance.now() < until && !signal.aborted; turn++) {
    await acts[turn % acts.length]?.run(container);
    await sleep(200);
  }
  await sleep(SETTLE_MS);
  return watch.arrivals.slice(before);
}
