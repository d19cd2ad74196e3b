import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BpfMap, type BpfObject, NativeError, openObject, vmlinuxHasType } from '@picket/native';
import { messageOf } from '@picket/sdk';
import { ContainerMap } from '../../agent/src/source/kernel-maps.ts';
import { BPF_FOLDERS, buildBpf } from '../../bpf/build.ts';
import type { KnownCgroup } from './known-cgroups.ts';
import { VARIANTS, type Variant } from './map-variants.ts';

/** Rows and their length, as in bpf/include/maps.h. */
export const SYSCALLS = 512;
/** Different calls that every known container has made. */
const CALLS_MADE = 100;
/** The maps of the probes that no variant uses are made as small as the kernel allows. */
const UNUSED = { events_rare: 4096, events_bulk: 4096, slot_losses: 1 };

/** The variants, loaded, with their maps shared. */
export class MapRig {
  readonly maps = new Map<string, BpfMap>();
  /** Why the kernel did not take a variant, by its label. */
  readonly refused = new Map<string, string>();
  readonly #objects = new Map<string, BpfObject>();

  constructor() {
    buildBpf({ ...BPF_FOLDERS, sources: 'bench/load', output: 'build/bench' });
    for (const variant of VARIANTS) this.#load(variant);
  }

  /** Those that the kernel took. */
  get variants(): readonly Variant[] {
    return VARIANTS.filter(({ program }) => this.#objects.has(program));
  }

  /** Runs something while the variant is attached. */
  async with<T>({ program }: Variant, use: () => Promise<T>): Promise<T> {
    const link = this.#objects.get(program)?.attach(program);
    try {
      return await use();
    } finally {
      link?.detach();
    }
  }

  /** Puts containers into all maps, with counts as after some time of life. */
  know(cgroups: readonly KnownCgroup[]): void {
    const containers = new ContainerMap(this.map('containers'), this.map('front'));
    for (const { id, slot } of cgroups) containers.trace(id, slot, 1);
    for (const { counts } of this.variants)
      if (counts?.read === 'whole') fillHash(this.map(counts.map), cgroups);
      else if (counts?.read === 'cgroup') fillCgroups(this.map(counts.map), cgroups);
  }

  map(name: string): BpfMap {
    const map = this.maps.get(name);
    if (!map) throw new Error(`no variant that was loaded has the map ${name}`);
    return map;
  }

  /**
   * Bytes of kernel memory that the maps of a variant take, as the kernel says. It does not count what hangs on cgroups,
   * which is added here, and on tasks, whose number nobody knows.
   */
  memory({ finds, counts }: Variant, cgroups: number): number {
    const names = [...finds, ...(counts ? [counts.map] : [])];
    const stored = counts?.read === 'cgroup' ? this.map(counts.map).valueSize * cgroups : 0;
    return names.reduce((sum, name) => sum + memlockOf(this.map(name)), stored);
  }

  close(): void {
    for (const object of this.#objects.values()) object.close();
  }

  #load({ program, object: file, label }: Variant): void {
    const build = vmlinuxHasType('bpf_rdonly_cast') ? '.direct' : '';
    const bytes = readFileSync(fileURLToPath(new URL(`../../build/bench/${file}${build}.bpf.o`, import.meta.url)));
    const object = openObject(bytes, { name: file, mapEntries: UNUSED });
    try {
      const opened = openObject(bytes, {
        name: program,
        mapEntries: UNUSED,
        autoload: Object.fromEntries(object.programs().map(({ name }) => [name, name === program])),
      });
      this.#share(opened, program);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      this.refused.set(label, messageOf(error).split('\n')[0] ?? '');
    } finally {
      object.close();
    }
  }

  #share(object: BpfObject, program: string): void {
    try {
      const names = object.maps().map(({ name }) => name);
      for (const name of names) {
        const shared = this.maps.get(name);
        if (shared) object.reuseMap(name, shared);
      }
      object.load();
      for (const name of names) if (!this.maps.has(name)) this.maps.set(name, object.map(name));
      this.#objects.set(program, object);
    } catch (error) {
      object.close();
      throw error;
    }
  }
}

/** An entry for each of the calls, its count 1. */
function fillHash(map: BpfMap, cgroups: readonly KnownCgroup[]): void {
  const key = new Uint32Array(1);
  const value = new BigUint64Array(map.valueBytes / 8).fill(1n);
  for (const { slot } of cgroups) {
    for (let call = 0; call < CALLS_MADE; call++) {
      key[0] = slot * SYSCALLS + call;
      map.update(new Uint8Array(key.buffer), new Uint8Array(value.buffer));
    }
  }
}

function fillCgroups(map: BpfMap, cgroups: readonly KnownCgroup[]): void {
  const value = new Uint8Array(map.valueBytes);
  for (const { fd } of cgroups) map.update(fdKey(fd), value);
}

/** How user space names a cgroup to its storage. */
export const fdKey = (fd: number) => new Uint8Array(Int32Array.of(fd).buffer);

function memlockOf(map: BpfMap): number {
  const line = /^memlock:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${map.fd}`, 'utf8'));
  return Number(line?.[1] ?? 0);
}
