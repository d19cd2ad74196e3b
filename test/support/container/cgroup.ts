import { existsSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the cgroup at `path` in every hierarchy that is mounted, v1 and v2 (see proc(5), mountinfo). */
export function cgroupFolders(path: string): { type: string; folder: string }[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const [place, file] = line.split(' - ');
    const type = file?.split(' ')[0] ?? '';
    const mountPoint = place?.split(' ')[4] ?? '';
    return type === 'cgroup' || type === 'cgroup2' ? { type, folder: join(mountPoint, path) } : [];
  });
}

/** Path of the cgroup v2 directory of a process, below the root of the hierarchy. */
export function cgroupPathOf(pid: number): string {
  const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`process ${pid} is in no cgroup v2 hierarchy`);
  return path;
}

/** Id of a cgroup v2 directory, as bpf_get_current_cgroup_id() answers it: its inode. */
export function cgroupIdOf(path: string): bigint {
  const v2 = cgroupFolders(path).find(({ type }) => type === 'cgroup2');
  if (!v2) throw new Error('no cgroup v2 hierarchy is mounted');
  return statSync(v2.folder, { bigint: true }).ino;
}

/** Removes what a runtime left of a cgroup. Directories that are gone are fine; one in use is an error. */
export function removeCgroup(path: string): void {
  for (const { folder } of cgroupFolders(path)) if (existsSync(folder)) rmdirSync(folder);
}
