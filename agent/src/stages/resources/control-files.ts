import { existsSync, readFileSync } from 'node:fs';
import type { CgroupMounts } from '../../containers/cgroup-root.ts';
import { blkio, cpuStat, cpuStatV1, type FigureReader, ioStat, memory, pids } from './figures.ts';

/** A file of the kernel with figures of one container, and how to read it. */
export interface ControlFile {
  readonly path: string;
  readonly read: FigureReader;
}

interface Place {
  readonly v2: string;
  readonly read: FigureReader;
  readonly v1: { readonly controller: string; readonly file: string; readonly read: FigureReader };
}

/** Every cgroup of v2 has the CPU time in `cpu.stat`; the rest is where its controller is. */
const CPU_TIME = 'cpu.stat';
const PLACES: readonly Place[] = [
  { v2: 'cpu.max', read: cpuStat, v1: { controller: 'cpu', file: 'cpu.stat', read: cpuStatV1 } },
  { v2: 'memory.current', read: memory, v1: { controller: 'memory', file: 'memory.usage_in_bytes', read: memory } },
  {
    v2: 'io.stat',
    read: ioStat,
    v1: { controller: 'blkio', file: 'blkio.throttle.io_service_bytes_recursive', read: blkio },
  },
  { v2: 'pids.current', read: pids, v1: { controller: 'pids', file: 'pids.current', read: pids } },
];

/**
 * The files with the figures of a container: of the cgroup v2 directory where the controller is there, else of the v1
 * directory that one of its processes names. What neither has is not told.
 * @param path of the container's cgroup below the cgroup2 root
 * @param pid a process of the container
 */
export function controlFiles(mounts: CgroupMounts, path: string, pid: number): ControlFile[] {
  const own = `${mounts.root}${path}`;
  const files: ControlFile[] = [{ path: `${own}/${CPU_TIME}`, read: cpuStat }];
  const memberships = readMemberships(pid);
  for (const { v2, read, v1 } of PLACES) {
    if (existsSync(`${own}/${v2}`)) {
      if (read !== cpuStat) files.push({ path: `${own}/${v2}`, read });
      continue;
    }
    const below = ownPath(memberships.get(v1.controller) ?? '', path);
    const mount = mounts.v1.get(v1.controller);
    if (below !== undefined && mount !== undefined) files.push({ path: `${mount}${below}/${v1.file}`, read: v1.read });
  }
  return files;
}

/** Paths of a process by v1 controller (cgroups(7), /proc/PID/cgroup); empty when the process is gone. */
function readMemberships(pid: number): Map<string, string> {
  const lines = readOrEmpty(`/proc/${pid}/cgroup`).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers.split(',').map((controller): [string, string] => [controller, path]);
    }),
  );
}

/**
 * The v1 path down to the directory that is named as the container's own: the process may be in one below it. A path
 * without such a directory is that of others too, up to the whole machine.
 */
export function ownPath(v1: string, v2: string): string | undefined {
  const name = v2.slice(v2.lastIndexOf('/') + 1);
  const at = `${v1}/`.indexOf(`/${name}/`);
  return name === '' || at < 0 ? undefined : v1.slice(0, at + 1 + name.length);
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
