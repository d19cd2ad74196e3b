import { countAt, type Json, listAt, objectAt, textAt } from './read-capped.ts';

/** The state that an OCI runtime keeps of one container. */
export interface OciState {
  readonly id: string;
  readonly runtime: 'runc' | 'crun';
  /** Path below the cgroup root; empty when the state names none. */
  readonly cgroupPath: string;
  /** Folder with config.json; empty when unknown. */
  readonly bundle: string;
  readonly initPid: number;
  /** Start of that process in clock ticks since boot, so that a reused pid shows; 0 when the state does not say. */
  readonly initTicks: number;
  /** ns since 1970. */
  readonly created: bigint;
}

/**
 * Reads `state.json` of runc (and of youki and runsc, which write the same names).
 * @param mounts mount points of all cgroup file systems: the state names the cgroup by its path below one of them
 * @returns undefined when the object is no such state
 */
export function runcState(json: Json, mounts: readonly string[]): OciState | undefined {
  const id = textAt(json, 'id');
  const paths = objectAt(json, 'cgroup_paths');
  if (id === '' || Object.keys(paths).length === 0) return undefined;
  const labels = listAt(objectAt(json, 'config'), 'labels').filter((label) => typeof label === 'string');
  const bundle = labels.find((label) => label.startsWith('bundle='));
  return {
    id,
    runtime: 'runc',
    cgroupPath: belowMount(
      [textAt(paths, '', 4096), ...Object.keys(paths).map((key) => textAt(paths, key, 4096))],
      mounts,
    ),
    bundle: bundle?.slice('bundle='.length) ?? '',
    initPid: countAt(json, 'init_process_pid'),
    initTicks: countAt(json, 'init_process_start'),
    created: timestampNs(textAt(json, 'created')),
  };
}

/**
 * Reads the `status` file of crun.
 * @param id name of the folder: crun does not write the id into the file
 * @returns undefined when the object is no such status
 */
export function crunState(json: Json, id: string): OciState | undefined {
  const path = textAt(json, 'cgroup-path', 4096);
  if (path === '') return undefined;
  return {
    id,
    runtime: 'crun',
    cgroupPath: path.startsWith('/') ? path : `/${path}`,
    bundle: textAt(json, 'bundle', 4096),
    initPid: countAt(json, 'pid'),
    initTicks: countAt(json, 'process-start-time'),
    created: timestampNs(textAt(json, 'created')),
  };
}

/** The longest mount point wins: with cgroup2 at /sys/fs/cgroup the v1 ones may lie below it. */
function belowMount(paths: readonly string[], mounts: readonly string[]): string {
  const longestFirst = mounts.toSorted((a, b) => b.length - a.length);
  for (const path of paths) {
    const mount = longestFirst.find((point) => path.startsWith(`${point}/`));
    if (mount !== undefined) return path.slice(mount.length);
  }
  return '';
}

/** ns since 1970 of an RFC 3339 time with up to nine decimals; 0 when it is none, or one before: engines write year 1. */
export function timestampNs(text: string): bigint {
  const parts = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!parts) return 0n;
  const ms = Date.parse(`${parts[1]?.replace(' ', 'T')}${parts[3]}`);
  return Number.isNaN(ms) || ms < 0 ? 0n : BigInt(ms) * 1_000_000n + BigInt((parts[2] ?? '').padEnd(9, '0'));
}
