import { rmSync } from 'node:fs';
import type { BacktestProgress } from '@picket/sdk/client';
import type { StartHost } from '../../detection/detectors/runtime-contract.ts';
import type { BacktestJob, BacktestOutcome } from './backtest-job.ts';
import { fetchStored } from './fetch-stored.ts';
import { Meter } from './meter.ts';
import { isClean } from './outcome.ts';
import type { PlayOptions } from './play-capture.ts';
import { runDetectorOver } from './run-detector.ts';
import { runRulesOver } from './run-rules.ts';

export interface RunBacktestOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BacktestProgress) => void;
  /** Starts a host process for detectors. */
  readonly startHost: StartHost;
}

/**
 * Runs a backtest in this thread, at full speed.
 * @throws the reason of `signal`; ControlPlaneError BUS_*, DETECTOR_*; CaptureError
 */
export async function runBacktest(job: BacktestJob, options: RunBacktestOptions): Promise<BacktestOutcome> {
  const { signal, onProgress } = options;
  const meter = new Meter(onProgress);
  const { source } = job;
  if (source.kind === 'capture') return await runOver(job, source.path, source.batches ?? null, options, meter);
  try {
    meter.begin('fetching', null);
    const { batches, cut } = await fetchStored(source, signal, meter);
    const { result } = await runOver(job, source.spool, batches, options, meter);
    // a run that was given up has looked at less than what was fetched
    result.skipped.cut ??= cut;
    return { result, clean: isClean(result) };
  } finally {
    rmSync(source.spool, { force: true });
  }
}

async function runOver(
  job: BacktestJob,
  path: string,
  batches: number | null,
  { signal, startHost }: RunBacktestOptions,
  meter: Meter,
): Promise<BacktestOutcome> {
  const options: PlayOptions = { signal, meter };
  meter.begin('running', batches);
  if (job.tried.kind === 'rules') return await runRulesOver(path, job.tried, job, options);
  return await runDetectorOver(path, job.tried, job, { ...options, startHost, batches });
}
