import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError } from '../errors.ts';
import { isAlive, type ProcessIdentity, parseIdentity } from './process-identity.ts';

const STOP_MS = 10_000;

/**
 * Ends a part that an earlier start left running when it was killed. A pid that another program has now is left alone.
 * @returns whether there was one
 * @throws ScriptError SERVICE_FAILED when it does not end
 */
export async function endLeftover(pidFile: string, name: string): Promise<boolean> {
  const leftover = readIdentity(pidFile);
  if (!leftover || !isAlive(leftover)) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const until = performance.now() + STOP_MS;
    if (isAlive(leftover)) process.kill(leftover.pid, signal);
    while (isAlive(leftover) && performance.now() < until) await sleep(20);
  }
  if (!isAlive(leftover)) return true;
  throw new ScriptError(
    'SERVICE_FAILED',
    `the ${name} of an earlier start still runs as process ${leftover.pid} and does not end: end it, then start again`,
  );
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    return parseIdentity(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
