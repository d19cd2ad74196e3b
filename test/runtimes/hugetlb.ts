import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { mustRun } from '../support/container/run-program.ts';

const PLACE = '/sys/fs/cgroup/hugetlb';

/**
 * crun wants every v1 controller that the kernel has mounted where others of v1 are. Mounts the one that machines with
 * both versions may leave out.
 * @returns undoes it; does nothing where nothing had to be done
 */
export async function mountHugetlb(): Promise<() => Promise<void>> {
  const free = /^hugetlb\t0\t/m.test(readFileSync('/proc/cgroups', 'utf8'));
  const versionOne = existsSync('/sys/fs/cgroup/memory/tasks');
  if (!free || !versionOne || existsSync(PLACE)) return async () => undefined;
  mkdirSync(PLACE);
  try {
    await mustRun('mount', ['-t', 'cgroup', '-o', 'hugetlb', 'cgroup', PLACE]);
  } catch (error) {
    rmdirSync(PLACE);
    throw error;
  }
  return async () => {
    await mustRun('umount', [PLACE]);
    rmdirSync(PLACE);
  };
}
