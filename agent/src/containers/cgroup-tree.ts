import { readdirSync, readFileSync, statSync } from 'node:fs';

/** One cgroup directory. */
export interface Cgroup {
  /** Path below the cgroup2 root, beginning with a slash. */
  readonly path: string;
  /** The inode of the directory: what the kernel calls the cgroup id. */
  readonly id: bigint;
  readonly parent: bigint;
}

/**
 * Every cgroup below the root, parents before their children, the root itself left out. Cgroups that go away while
 * the walk is under way are left out too.
 */
export function* walkCgroups(root: string, from = ''): Generator<Cgroup> {
  const parent = cgroupId(root, from);
  if (parent === undefined) return;
  for (const name of childNames(`${root}${from}`)) {
    const path = `${from}/${name}`;
    const id = cgroupId(root, path);
    if (id === undefined) continue;
    yield { path, id, parent };
    yield* walkCgroups(root, path);
  }
}

/** The id of a cgroup; undefined when it is gone. */
export function cgroupId(root: string, path: string): bigint | undefined {
  return statSync(`${root}${path}`, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** User id that owns the directory of a cgroup: not root when it was delegated. */
export function cgroupOwner(root: string, path: string): number | undefined {
  return statSync(`${root}${path}`, { throwIfNoEntry: false })?.uid;
}

/** Process ids in this one cgroup, without those of its children. Empty when the cgroup is gone. */
export function cgroupProcesses(root: string, path: string): number[] {
  const text = readOrEmpty(`${root}${path}/cgroup.procs`);
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** Whether a process lives in the cgroup or below it. */
export function isPopulated(root: string, path: string): boolean {
  return /^populated 1$/m.test(readOrEmpty(`${root}${path}/cgroup.events`));
}

function childNames(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    return gone(error, []);
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return gone(error, '');
  }
}

/** ENODEV is what an open file of a removed cgroup answers; EOPNOTSUPP a threaded cgroup, whose processes its parent lists. */
function gone<T>(error: unknown, instead: T): T {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP'].includes(code)) return instead;
  throw error;
}
