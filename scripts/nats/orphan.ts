import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { NatsServerError } from './errors.ts';

const STOP_MS = 10_000;

/**
 * Ends a server that an earlier start left behind on the same configuration (its parent was killed). Two servers on
 * one JetStream folder would destroy it, and nats-server itself takes no lock.
 * @returns its pid, or undefined when there was none
 * @throws NatsServerError NATS_ORPHAN when it does not end
 */
export async function stopOrphan(pidFile: string, configFile: string): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await runsOn(pid, configFile))) return undefined;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalIfAlive(pid, signal);
    const until = performance.now() + STOP_MS;
    while (performance.now() < until) {
      if (!(await runsOn(pid, configFile))) return pid;
      await wait(50);
    }
  }
  throw new NatsServerError(
    'NATS_ORPHAN',
    `a nats-server of an earlier start still runs as process ${pid} and does not end: end it, then start again`,
  );
}

/** Whether the process is a server on our configuration: a pid alone may have been given to another program. */
async function runsOn(pid: number, configFile: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.split('\0').includes(configFile);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
