import { lostOf } from '../test/support/stream-audit.ts';
import { type AwayResult, runAway } from './load/nats-away.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { round } from './statistics.ts';

/** Opens a second; each also makes an event for the removal of its file. */
const RATE = 10_000;
/** Small enough that the disk has to help; and so little disk that it can not. */
const CASES = [
  { name: 'disk spool', spoolMib: 4, diskMib: 512 },
  { name: 'too small', spoolMib: 1, diskMib: 2 },
] as const;

/**
 * nats-server is killed under load and comes back after a minute (15 s with --quick). A container opens numbered files
 * all the time; its own count is held against what the stream has in the end, and against what the counters say is lost.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const seconds = options.quick ? 15 : 60;
  const results: [string, AwayResult][] = [];
  // Within a minute there is time for one.
  for (const { name, ...spool } of options.quick ? CASES.slice(0, 1) : CASES)
    results.push([name, await runAway({ seconds, rate: RATE, ...spool })]);
  const facts = results.map(([name, result]) => factsOf(name, seconds, result));
  const head = Object.keys(facts[0] ?? {});
  return {
    tables: [[head, ...facts.map((each) => Object.values(each))]],
    result: { away_seconds: seconds, cases: facts },
  };
}

function factsOf(name: string, seconds: number, { made, audit, peak, catchUpMs, control }: AwayResult) {
  const run = audit.runs[0];
  return {
    case: name,
    seconds,
    made,
    arrived: audit.opens.count,
    lost_by_spool: lostOf(run, { reason: 'spool_full' }),
    missing_in_stream: audit.missing,
    missing_to_control_plane: control.missing,
    opens_lost_in_all: lostOf(run, { kind: 'file.open' }),
    order_violations: audit.violations + audit.opens.violations,
    peak_memory_mb: round(peak.memoryBytes / 1e6, 1),
    peak_disk_mb: round(peak.diskBytes / 1e6, 1),
    catch_up_ms: round(catchUpMs),
  };
}
