import type { Log } from '@picket/sdk';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import type { StartHost } from '../../detection/detectors/runtime-contract.ts';
import type { DetectorHost } from '../../detection/host/pool/host-contract.ts';
import { DetectLane } from '../detect/detect-lane.ts';
import { TriedFindings } from '../detect/tried-findings.ts';
import { TriedInstance } from '../detect/tried-instance.ts';
import { bothNamespaces } from '../replay/event-filter.ts';
import { FindingLane } from '../replay/finding-lane.ts';
import type { QuietBatches } from '../replay/quiet-batches.ts';
import { Replay } from '../replay/replay.ts';
import { AlertTally } from '../result/alert-tally.ts';
import { differenceOf } from '../result/difference.ts';
import type { BacktestJob, BacktestOutcome, DetectorTried } from './backtest-job.ts';
import { outcomeOf } from './outcome.ts';
import { type Played, type PlayOptions, playCapture } from './play-capture.ts';
import { Stopwatch } from './stopwatch.ts';

export interface DetectorRunOptions extends PlayOptions {
  readonly startHost: StartHost;
  /** Batches in the file; null when nobody knows. */
  readonly batches: number | null;
}

type RunJob = Pick<BacktestJob, 'scope' | 'alertsPerMinute'>;

/** One version on its way through a run. */
interface Side {
  readonly detector: LiveDetector;
  readonly host: DetectorHost;
  readonly found: TriedFindings;
  readonly tally: AlertTally;
}

/** Bytes of records that may be under way to detectors. */
const MOST_UNDER_WAY = 8 << 20;

/**
 * Runs a version of a detector over a capture file, and the active version beside it, each in a host process of its own. The first
 * pass finds, with the state that the detectors ask for; a second one, when something was found, makes alerts of it with all
 * that the state of the node tells.
 */
export async function runDetectorOver(
  path: string,
  tried: DetectorTried,
  job: RunJob,
  options: DetectorRunOptions,
): Promise<BacktestOutcome> {
  const isSame = tried.active?.versionId === tried.detector.versionId;
  const sides: Side[] = [];
  try {
    const after = await startSide(tried.detector, job, options);
    sides.push(after);
    const before = tried.active && !isSame ? await startSide(tried.active, job, options) : undefined;
    if (before) sides.push(before);
    const watch = new Stopwatch();
    const { replay, played } = await detect(path, sides, job, options);
    if (sides.some(({ found }) => found.lastBatch > 0))
      await tell(path, sides, job, { ...options, quiet: replay.quiet });
    const against = tried.active ? `version ${tried.active.version}` : null;
    return outcomeOf({
      replay,
      played,
      tally: after.tally,
      difference: differenceOf({ after: after.tally, before: before?.tally, against, isShared: () => isSame }),
      wanted: tried.detector.kinds,
      costs: {
        ...watch.stop(),
        guest: after.found.costs(),
        faults: [...after.found.faults].map(([code, fault]) => ({ code, ...fault })),
      },
      gaveUp: after.found.gaveUp,
      digests: sides.map(({ tally }) => tally.digest()),
    });
  } finally {
    for (const { host } of sides) await host.stop();
  }
}

async function startSide(detector: LiveDetector, { scope }: RunJob, { startHost }: DetectorRunOptions): Promise<Side> {
  const seen = bothNamespaces(detector.scope, scope.namespaces);
  const { canary: _, ...rest } = detector;
  return {
    detector: { ...rest, scope: seen, stage: 'active', paused: false },
    host: await startHost({ owner: detector.owner, log: QUIET }),
    found: new TriedFindings(),
    tally: new AlertTally(),
  };
}

async function detect(
  path: string,
  sides: readonly Side[],
  { scope }: RunJob,
  options: DetectorRunOptions,
): Promise<{ replay: Replay; played: Played }> {
  const instances: TriedInstance[] = [];
  const looksUp = sides.some(({ detector }) => detector.capabilities.includes('context'));
  const replay = new Replay({
    scope,
    state: looksUp ? 'whole' : 'containers',
    lanes: (partition) => {
      const made = sides.map(
        ({ detector, host, found }, i) =>
          [
            detector,
            new TriedInstance(detector, { host, key: `${i}.${partition}`, isAlone: sides.length === 1 }, found),
          ] as const,
      );
      instances.push(...made.map(([, instance]) => instance));
      return [new DetectLane(made)];
    },
  });
  // that the active version fails is no reason to end: what is tried goes on
  const isOver = () => sides[0]?.found.gaveUp || instances.some(({ hasFailed }) => hasFailed);
  const after = () => (isOver() ? (false as const) : room(instances));
  const played = await playCapture(path, replay, { ...options, after });
  for (const instance of instances) await instance.done();
  return { replay, played };
}

/** Undefined while there is room for more. */
function room(instances: readonly TriedInstance[]): Promise<void> | undefined {
  let bytes = 0;
  for (const instance of instances) bytes += instance.bytes;
  if (bytes < MOST_UNDER_WAY) return undefined;
  return instances.find((instance) => instance.bytes > 0)?.oldest();
}

/** Plays the events once more, up to the last batch in which something was found and what is told of it. */
async function tell(
  path: string,
  sides: readonly Side[],
  { scope, alertsPerMinute }: RunJob,
  { signal, meter, batches, quiet }: DetectorRunOptions & { readonly quiet: QuietBatches },
): Promise<void> {
  meter.begin('telling', batches);
  const replay = new Replay({
    scope: { ...scope, namespaces: null },
    state: 'whole',
    lanes: () =>
      sides.map(({ found, tally }) => new FindingLane(found.byBatch, alertsPerMinute, (alert) => tally.add(alert))),
  });
  await playCapture(path, replay, { signal, meter, quiet });
}

const QUIET: Pick<Log, 'info' | 'warn'> = { info: () => undefined, warn: () => undefined };
