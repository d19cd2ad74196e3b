import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts process times in hundredths of a second for user space, whatever the kernel's own tick is. */
const TICK_NS = 10_000_000;

/** CPU time of a process and its threads so far, ns, from /proc (10 ms steps). */
export function cpuNs(pid: number): number {
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) * TICK_NS;
}

/** The same to the ns, of the threads that still live: for a process that keeps its threads, over a short time. */
export function threadsCpuNs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.reduce((sum, task) => {
    const [ran] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(ran);
  }, 0);
}

/** Resident memory of a process in MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1] ?? 0) * 1024) / 1e6;
}

const afterName = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
