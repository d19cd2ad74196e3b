import type { KnownCgroup } from './known-cgroups.ts';
import { fdKey, type MapRig, SYSCALLS } from './map-rig.ts';
import type { Variant } from './map-variants.ts';

/** Reads the counts of all containers out of the kernel, as the agent would every second. */
export class MapReader {
  readonly #rig: MapRig;
  readonly #row = new BigUint64Array(SYSCALLS);
  #keys = new Uint32Array(0);
  #values = new BigUint64Array(0);

  constructor(rig: MapRig) {
    this.#rig = rig;
  }

  /** Takes everything over. @returns values that were read */
  readAll({ counts }: Variant, cgroups: readonly KnownCgroup[]): number {
    if (!counts) return 0;
    if (counts.read === 'whole') return this.#readWhole(counts.map);
    for (const cgroup of cgroups) this.#readRow(counts, cgroup);
    return cgroups.length * SYSCALLS;
  }

  /** How often a container made a call. */
  count({ counts }: Variant, cgroup: KnownCgroup, call: number): number {
    if (!counts) return 0;
    if (counts.read !== 'whole') {
      this.#readRow(counts, cgroup);
      return Number(this.#row[call]);
    }
    const key = Uint32Array.of(cgroup.slot * SYSCALLS + call);
    const found = this.#rig.map(counts.map).lookup(new Uint8Array(key.buffer));
    // of each CPU where the map keeps them apart
    return found ? Number(new BigUint64Array(found.buffer).reduce((sum, value) => sum + value, 0n)) : 0;
  }

  #readRow({ map: name, read }: NonNullable<Variant['counts']>, { slot, fd }: KnownCgroup): void {
    const map = this.#rig.map(name);
    const out = new Uint8Array(this.#row.buffer);
    if (read === 'cgroup') map.lookupInto(fdKey(fd), out);
    else if (read === 'stretch') map.lookupRange(slot * SYSCALLS, SYSCALLS, out, { sum: true });
    else map.lookupRange(slot, 1, out, { sum: map.type === 'percpu_array' });
  }

  #readWhole(name: string): number {
    const map = this.#rig.map(name);
    const words = (map.maxEntries * map.valueBytes) / 8;
    if (this.#keys.length < map.maxEntries) this.#keys = new Uint32Array(map.maxEntries);
    if (this.#values.length < words) this.#values = new BigUint64Array(words);
    return map.readAll(new Uint8Array(this.#keys.buffer), new Uint8Array(this.#values.buffer));
  }
}
