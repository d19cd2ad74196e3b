import { addon } from './addon.ts';

/** How many CPUs the machine may ever have: the number of values in a per-CPU map's entry. */
export function possibleCpus(): number {
  return addon().possibleCpus();
}

/** Nanoseconds since boot, sleep included (CLOCK_BOOTTIME): the clock of `bpf_ktime_get_boot_ns`. */
export function bootTimeNs(): bigint {
  return addon().bootTimeNs();
}

/**
 * The id of a cgroup2 directory, as `bpf_get_current_cgroup_id` gives it.
 * @throws NativeError CGROUP_FAILED when the path is not in a cgroup2 file system
 */
export function cgroupId(path: string): bigint {
  return addon().cgroupId(path);
}
