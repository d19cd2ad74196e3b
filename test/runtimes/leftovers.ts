import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupFolders } from '../support/container/cgroup.ts';
import { mustRun } from '../support/container/run-program.ts';

/** Processes that name a private folder on their command line: the engine in it and all that it started for itself. */
export function processesOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLine(pid).includes(folder)).map(Number);
}

/** Processes in a cgroup of any hierarchy. Empty when there is no such cgroup. */
export function processesIn(cgroup: string): number[] {
  return cgroupFolders(cgroup).flatMap(({ folder }) =>
    readOrEmpty(join(folder, 'cgroup.procs')).split('\n').map(Number).filter(Boolean),
  );
}

export function endAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Waits until processes are gone that were told to end. */
export async function untilGone(pids: () => readonly number[]): Promise<void> {
  for (let tries = 0; tries < 250 && pids().length > 0; tries++) await sleep(20);
}

/** Unmounts what is mounted below a folder, the innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  for (const point of points.filter((each) => each === folder || each.startsWith(`${folder}/`)).reverse())
    await mustRun('umount', ['--lazy', point]);
}

/** Removes the cgroup in which an engine keeps those of its containers, unless another engine uses it, too. */
export function removeParent(cgroup: string): void {
  for (const { folder } of cgroupFolders(cgroup)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const commandLine = (pid: string) => readOrEmpty(`/proc/${pid}/cmdline`);

/** A process can end, and a cgroup go, between the look at the folder and the reading. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENODEV', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
