import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BacktestProgress } from '@picket/sdk/client';
import { startDetectorHost } from '../../detection/host/pool/start-detector-host.ts';
import { loadRules } from '../../detection/rules/load/load-rules.ts';
import { buildDetector } from '../../detector-tests/build-detector.ts';
import { MANIFEST_FILE } from '../../detector-tests/detector-folder.ts';
import { localDetector } from '../../detector-tests/local-detector.ts';
import { readRuleFiles, SHIPPED_RULES } from '../../rule-files.ts';
import { freshErrors } from '../../rule-sets/check-rules.ts';
import { refuseErrors } from '../../rule-sets/refuse.ts';
import { EVERYTHING, type EventScope } from '../replay/event-filter.ts';
import type { BacktestJob, BacktestOutcome } from '../run/backtest-job.ts';
import { runBacktest } from '../run/run-backtest.ts';

export interface LocalBacktest {
  /** Folder of a detector, or rule files and folders of them. */
  readonly paths: readonly string[];
  /** A capture file that was checked. */
  readonly capture: string;
  readonly scope?: EventScope;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BacktestProgress) => void;
  /** Told what could not be done to keep a detector in. */
  readonly onWarning: (message: string) => void;
}

/**
 * Runs a backtest here, without a server: a detector that lies in a folder, or rules against the shipped ones.
 * @throws ControlPlaneError DETECTOR_*, RULES_REFUSED, CONFIG_INVALID; CompileFailed; CaptureError
 */
export async function runLocalBacktest(local: LocalBacktest): Promise<BacktestOutcome> {
  const { capture, scope = EVERYTHING, signal, onProgress, onWarning } = local;
  const job: BacktestJob = {
    tried: await triedOf(local.paths),
    source: { kind: 'capture', path: capture, batches: undefined },
    scope,
    alertsPerMinute: undefined,
  };
  const log = { info: () => undefined, warn: onWarning };
  return await runBacktest(job, {
    signal,
    onProgress,
    startHost: (options) => startDetectorHost({ ...options, log }),
  });
}

async function triedOf(paths: readonly string[]): Promise<BacktestJob['tried']> {
  const [folder] = paths;
  if (paths.length === 1 && folder !== undefined && existsSync(join(folder, MANIFEST_FILE)))
    return { kind: 'detector', detector: localDetector(await buildDetector(folder)), active: undefined };
  const before = readRuleFiles([SHIPPED_RULES]);
  const named = readRuleFiles(
    paths,
    'give the folder of a detector (with manifest.yaml), a rule file, or a folder of them',
  );
  const after = [...before, ...named];
  refuseErrors('the rules can not be tried', freshErrors(loadRules(before), loadRules(after)));
  return { kind: 'rules', after, before, named, against: 'the shipped rules' };
}
