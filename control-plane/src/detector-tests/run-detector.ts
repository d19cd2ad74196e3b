import type { DetectorConfig } from '@picket/sdk/client';
import { ControlPlaneError } from '../errors.ts';
import { compileScript, type Script } from '../rule-tests/script/event-script.ts';
import { ScriptError } from '../rule-tests/script/script-error.ts';
import type { Batch } from '../types.ts';
import { buildDetector } from './build-detector.ts';
import type { DetectorFolder } from './detector-folder.ts';
import { DetectorRun } from './detector-run.ts';

export interface RunOptions {
  /** What differs from the defaults of the manifest. */
  readonly config?: DetectorConfig | undefined;
  /** Containers by the names that the events call them. */
  readonly containers?: Script['containers'] | undefined;
}

/**
 * Runs the detector of a folder over events, for tests:
 *
 *     const { findings } = await runDetector('detectors/port-scan', [
 *       { 'net.connect': { pid: 7, remote_ip: '10.0.0.9', remote_port: '{n}', repeat: 20, container: 'web' } },
 *     ], { containers: { web: null } });
 *
 * @param folder its path, or what was read of it
 * @param events as in a fixture; what they leave out is filled in as a node would send it
 * @throws what buildDetector throws; DetectorFault; ControlPlaneError DETECTOR_CONFIG, DETECTOR_TEST_INVALID
 */
export async function runDetector(
  folder: string | DetectorFolder,
  events: Script['events'],
  { config, containers = {} }: RunOptions = {},
): Promise<DetectorRun> {
  const run = new DetectorRun(await buildDetector(folder), config);
  feedScript(run, compiled({ events, containers }));
  return run;
}

/** Feeds the batches of a script. Between them time goes on as it does on a node, with its ticks. */
export function feedScript(run: DetectorRun, batches: readonly Batch[]): void {
  for (const batch of batches) {
    run.pass(batch);
    run.feed(batch);
  }
}

function compiled(script: Script): Batch[] {
  try {
    return compileScript(script);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const where = error.path.map(String).join('.');
    throw new ControlPlaneError('DETECTOR_TEST_INVALID', `${where}: ${error.message}`, { cause: error });
  }
}
