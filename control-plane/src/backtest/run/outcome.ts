import { createHash } from 'node:crypto';
import type { BacktestDifference, BacktestResult } from '@picket/sdk/client';
import type { Replay } from '../replay/replay.ts';
import type { AlertTally } from '../result/alert-tally.ts';
import { coverageOf } from '../result/coverage.ts';
import type { BacktestOutcome } from './backtest-job.ts';
import type { Played } from './play-capture.ts';

/** What a detector cost. */
export interface GuestCosts {
  readonly ns: number;
  readonly fuel: bigint;
  readonly memoryBytes: number;
  /** Events that were handed to it. */
  readonly handed: number;
  /** What it said beyond its limits. */
  readonly dropped: number;
}

export interface Costs {
  readonly ms: number;
  readonly cpuMs: number;
  /** Undefined for rules. */
  readonly guest: GuestCosts | undefined;
  readonly faults: BacktestResult['cost']['faults'];
}

/** What came of a run, of which the result is made. */
export interface RunFacts {
  /** The pass in which everything was looked at. */
  readonly replay: Replay;
  readonly played: Played;
  readonly tally: AlertTally;
  readonly difference: BacktestDifference;
  /** Numbers of the kinds that what is tried asks for. */
  readonly wanted: readonly number[];
  readonly costs: Costs;
  /** Whether it was ended because of too many faults. */
  readonly gaveUp?: boolean;
  /** Sums over what was found. */
  readonly digests: readonly string[];
}

/** The result of a run. */
export function outcomeOf(facts: RunFacts): BacktestOutcome {
  const { replay, played, tally, costs } = facts;
  const { guest } = costs;
  const { counts } = replay;
  const result: BacktestResult = {
    events: {
      batches: counts.batches,
      records: counts.records,
      handed: guest?.handed ?? null,
      from: isoTime(played.from),
      until: isoTime(played.until),
    },
    skipped: {
      cut: facts.gaveUp ? 'faults' : null,
      unreadable: [...played.unreadable].map(([code, batches]) => ({ code, batches })),
      duplicates: counts.duplicates,
      missing: counts.missing,
      dropped: guest?.dropped ?? 0,
    },
    alerts: { total: tally.total, matches: tally.matches, ...tally.groups(), examples: tally.examples() },
    difference: facts.difference,
    cost: costOf(costs, counts.records),
    coverage: coverageOf({
      kinds: counts.kinds,
      wanted: facts.wanted,
      lost: replay.losses(),
      missing: counts.missing,
    }),
    digest: '',
  };
  result.digest = digestOf(result, facts.digests);
  return { result, clean: isClean(result) };
}

/**
 * That the stream holds less than was asked for is no fault of the backtest: it looked at all there is. Where there is
 * nothing to look at, nothing is shown.
 */
export const isClean = ({ events, skipped, cost }: BacktestResult): boolean =>
  (events.handed ?? events.records) > 0 &&
  (skipped.cut === null || skipped.cut === 'stored') &&
  skipped.unreadable.length === 0 &&
  skipped.dropped === 0 &&
  cost.faults.length === 0;

function costOf({ ms, cpuMs, guest, faults }: Costs, records: number): BacktestResult['cost'] {
  return {
    ms: Math.round(ms),
    events_per_second: ms > 0 ? Math.round((records / ms) * 1000) : 0,
    cpu_ms: Math.round(cpuMs),
    guest_ms: guest ? Math.round(guest.ns / 1e6) : null,
    fuel: guest ? String(guest.fuel) : null,
    memory_bytes: guest?.memoryBytes ?? null,
    faults,
  };
}

/** Over all that the events and what is tried decide; times and speed are none of it. */
function digestOf({ cost, ...found }: BacktestResult, digests: readonly string[]): string {
  const { fuel, faults } = cost;
  return createHash('sha256')
    .update(JSON.stringify([found, fuel, faults, digests]))
    .digest('hex');
}

/** A capture says what it wants: null for what is no time. */
function isoTime(ms: number | undefined): string | null {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
