import { readFileSync } from 'node:fs';
import { startContainer, type TestContainer } from '../../test/support/container.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { compileLoad } from './compile.ts';

/** What storm.c says of itself. */
export interface StormReport {
  /** Processes it has made. */
  readonly forks: number;
  readonly ns: number;
  /** Processes it has left asleep. */
  readonly left: number;
}

export interface StormPlan {
  readonly seconds: number;
  /** Lines of processes that are left, each so deep. */
  readonly chains: number;
  readonly depth: number;
}

/** A container whose entrypoint forks as fast as the machine can from its first moment on. */
export function startStorm({ seconds, chains, depth }: StormPlan): Promise<TestContainer> {
  const program = {
    destination: '/usr/bin/storm',
    type: 'bind',
    source: compileLoad('storm'),
    options: ['bind', 'ro'],
  };
  const args = ['/usr/bin/storm', seconds, chains, depth].map(String);
  return startContainer({ name: 'storm', args, mounts: [program] });
}

/** Waits for the end of the storm. */
export async function stormReport(container: TestContainer, seconds: number): Promise<StormReport> {
  const line = () => /^\{.*\}$/m.exec(container.output())?.[0];
  return JSON.parse(await waitFor('the end of the storm', line, seconds)) as StormReport;
}

/** Processes of a cgroup as the kernel lists them: start in clock ticks since boot by id. */
export function livingProcesses(cgroupFolder: string): Map<number, number> {
  const pids = readFileSync(`${cgroupFolder}/cgroup.procs`, 'utf8').trim().split('\n').map(Number);
  return new Map(
    pids.map((pid) => [pid, Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19])]),
  );
}
