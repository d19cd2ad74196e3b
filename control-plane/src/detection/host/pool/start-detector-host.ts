import { ControlPlaneError } from '../../../errors.ts';
import { RunningHost } from './detector-host.ts';
import type { DetectorHost, HostOptions } from './host-contract.ts';
import { HostProcess } from './host-process.ts';

/** Threads of a process are limited. */
const MOST_WORKERS = 16;
const DEFAULT_MEMORY = 1 << 30;

/**
 * Starts a process for the detectors of one owner.
 * @throws ControlPlaneError DETECTOR_CONFINEMENT when it could not be confined as required, DETECTOR_HOST_ENDED when it
 * could not be started at all
 */
export async function startDetectorHost(options: HostOptions): Promise<DetectorHost> {
  const { owner, log, confinement = 'warn' } = options;
  const required = confinement === 'required';
  const host = new HostProcess({
    workers: Math.min(options.workers ?? 1, MOST_WORKERS),
    memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY,
    required,
    callTimeout: options.callTimeout ?? true,
    launcher: options.launcher,
    onLine: (line) => log.warn('a detector host says', { owner, line }),
  });
  const failure = await host.started();
  const missing = host.missing.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  if (required && (missing || failure))
    throw await refused(host, `a detector host can not be confined as required: ${missing || failure}`);
  if (failure !== undefined) {
    await host.ended;
    throw new ControlPlaneError('DETECTOR_HOST_ENDED', `a detector host can not be started: ${failure}`);
  }
  if (missing)
    log.warn('a detector host runs without part of its confinement', { code: 'DETECTOR_CONFINEMENT', owner, missing });
  log.info('a detector host has been started', { owner, pid: host.pid, uid: host.uid });
  return new RunningHost(host, options.onLost);
}

async function refused(host: HostProcess, message: string): Promise<ControlPlaneError> {
  host.end('start', message);
  await host.ended;
  return new ControlPlaneError('DETECTOR_CONFINEMENT', message);
}
