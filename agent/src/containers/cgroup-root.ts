import { readFileSync, statSync } from 'node:fs';
import { AgentError } from '../errors.ts';

/** Where the cgroup file systems are mounted. */
export interface CgroupMounts {
  /** Mount point of cgroup2, without a slash at the end. */
  readonly root: string;
  /** Mount points of all cgroup file systems, v1 controllers too: runtimes name their paths below any of them. */
  readonly all: readonly string[];
  /** Mount points of v1 controllers, by the name of the controller; those that show the whole tree. */
  readonly v1: ReadonlyMap<string, string>;
}

interface Mount {
  readonly point: string;
  readonly type: string;
  /** What of the hierarchy is mounted there. */
  readonly top: string;
  /** For v1 the names of its controllers, among others. */
  readonly options: readonly string[];
}

/**
 * Finds the cgroup2 mount of a hybrid or unified host.
 * @throws AgentError CGROUP2_MISSING when there is none, or only a part of the tree can be seen
 */
export function findCgroupMounts(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): CgroupMounts {
  const mounts = mountinfo.split('\n').flatMap(cgroupMount);
  const v2 = mounts.filter((mount) => mount.type === 'cgroup2');
  if (v2.length === 0)
    throw new AgentError(
      'CGROUP2_MISSING',
      'no cgroup2 file system is mounted: mount one (mount -t cgroup2 none /sys/fs/cgroup/unified) or boot with cgroup v2',
    );
  const whole = v2.find((mount) => isTreeRoot(mount.point));
  if (!whole)
    throw new AgentError(
      'CGROUP2_MISSING',
      `the cgroup2 mount ${v2[0]?.point} shows only a part of the tree: run the agent in the cgroup name space of the host`,
    );
  return { root: whole.point, all: mounts.map((mount) => mount.point), v1: controllersOf(mounts) };
}

function controllersOf(mounts: readonly Mount[]): Map<string, string> {
  const whole = mounts.filter((mount) => mount.type === 'cgroup' && mount.top === '/');
  return new Map(whole.flatMap((mount) => mount.options.map((option): [string, string] => [option, mount.point])));
}

/** One line of mountinfo (proc(5)): optional fields end at a lone dash, the file system type follows it. */
function cgroupMount(line: string): Mount[] {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  const type = words[dash + 1];
  const point = words[4];
  if (dash < 0 || point === undefined || (type !== 'cgroup2' && type !== 'cgroup')) return [];
  const options = words[dash + 3]?.split(',') ?? [];
  return [{ point: unescapeOctal(point), type, top: words[3] ?? '', options }];
}

const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The root directory of the hierarchy has inode 1; the top of a cgroup name space has that of its own cgroup. */
function isTreeRoot(point: string): boolean {
  return statSync(point, { bigint: true, throwIfNoEntry: false })?.ino === 1n;
}
