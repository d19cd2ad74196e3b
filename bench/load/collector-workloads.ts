import type { TestContainer } from '../../test/support/container.ts';
import type { LoadReport } from './cgroup-load.ts';

/** Where the container has the load generator (bind mount). */
export const PROGRAM = '/usr/bin/load';

/** One of the loads that Falco was measured with. */
export interface Workload {
  readonly name: string;
  /** Operations of a full run. */
  readonly count: number;
  readonly kind: string;
  /** Command before the generator: pins it to a processor. */
  readonly before?: readonly string[];
  /** Its base is a machine without the agent, which leaves something on its way even when nothing is asked for. */
  readonly withoutAgent?: true;
  /** Events that a run must make, by kind, by the generator's own report. */
  readonly made: (report: LoadReport) => Readonly<Record<string, number>>;
  /** Time with Falco 0.44.1 over the time without, measured elsewhere on this kind of machine. */
  readonly falco: number;
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'getppid', kind: 'getppid', count: 5_000_000, made: () => ({}), falco: 1.32 },
  {
    name: 'open+close',
    kind: 'open',
    count: 200_000,
    made: ({ opens }) => ({ 'file.open': opens }),
    falco: 2.35,
  },
  {
    name: 'fork+exec',
    kind: 'fork',
    count: 3000,
    withoutAgent: true,
    made: ({ forks }) => ({ 'process.fork': forks, 'process.exec': forks, 'process.exit': forks }),
    falco: 1.13,
  },
  {
    name: 'tcp connect, one CPU',
    kind: 'tcp',
    count: 60_000,
    before: ['/bin/taskset', '-c', '0'],
    // each end is closed
    made: ({ connects }) => ({ 'net.connect': connects, 'net.accept': connects, 'net.close': 2 * connects }),
    falco: 1.22,
  },
];

/** The first two together were one load. */
export const WHOLE = { name: 'both together', parts: ['getppid', 'open+close'], falco: 1.54 } as const;
/** Share of the events of that load that Falco dropped. */
export const FALCO_DROPPED = 0.26;

/** Runs a load in a container. */
export async function runIn(container: TestContainer, workload: Workload, count: number): Promise<LoadReport> {
  const args = [...(workload.before ?? []), PROGRAM, workload.kind, String(count), '0', '/dev/shm/load'];
  const { code, stdout, stderr } = await container.exec(args);
  if (code !== 0) throw new Error(`the load ${workload.name} failed (${code}): ${stderr}`);
  return JSON.parse(stdout) as LoadReport;
}
