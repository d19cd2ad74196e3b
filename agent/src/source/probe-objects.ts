import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BpfMap, type BpfObject, openObject, vmlinuxHasType } from '@picket/native';
import { messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';
import { checkLayout } from './layout-check.ts';
import type { ProbeSpec } from './probe-table.ts';

export interface ObjectOptions {
  /** Folder of the compiled objects. */
  readonly folder: string;
  /** Constants by variable name; an object gets those it declares. */
  readonly rodata: Readonly<Record<string, Record<string, Uint8Array>>>;
  /** Loads the build for older kernels even where the faster one would do. */
  readonly portable?: boolean | undefined;
  /** Entries of maps by name. */
  readonly mapEntries: Readonly<Record<string, number>>;
}

/** Opens and loads the objects of bpf/probes so that they share their maps. */
export class ProbeObjects {
  readonly #options: ObjectOptions;
  readonly #maps = new Map<string, BpfMap>();
  readonly #direct: boolean;

  constructor(options: ObjectOptions) {
    this.#options = options;
    this.#direct = kernelReadsDirectly() && !options.portable;
  }

  /**
   * Loads the object of a probe.
   * @throws NativeError what the kernel says of it
   * @throws AgentError PROBE_MISSING, PROBE_LAYOUT_MISMATCH: nothing would work
   */
  open(spec: ProbeSpec): BpfObject {
    return this.#open(spec, this.#read(spec.name));
  }

  #read(name: string): Uint8Array {
    const file = join(this.#options.folder, `${name}${this.#direct ? '.direct' : ''}.bpf.o`);
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new AgentError('PROBE_MISSING', `probe ${name} can not be read (${messageOf(cause)}): run npm run build`, {
        cause,
      });
    }
  }

  #open(spec: ProbeSpec, bytes: Uint8Array): BpfObject {
    const { rodata, mapEntries } = this.#options;
    const object = openObject(bytes, { name: spec.name, rodata: rodata[spec.name] ?? {} });
    try {
      checkLayout(object, spec.name, [...spec.kinds, ...(spec.layouts ?? [])]);
      const names = object.maps().map((map) => map.name);
      for (const name of names) if (mapEntries[name]) object.setMapEntries(name, mapEntries[name]);
      for (const [name, map] of this.#maps) if (names.includes(name)) object.reuseMap(name, map);
      object.load();
      // maps of an object's own globals have a dot in their name and are not shared
      for (const name of names)
        if (!name.includes('.') && !this.#maps.has(name)) this.#maps.set(name, object.map(name));
      return object;
    } catch (error) {
      object.close();
      throw error;
    }
  }

  /** A shared map by name; undefined when the probe that makes it could not be loaded. */
  findMap(name: string): BpfMap | undefined {
    return this.#maps.get(name);
  }

  /** Forgets the maps; those of closed objects are gone. */
  clear(): void {
    this.#maps.clear();
  }
}

/** Whether the kernel takes the build that loads kernel memory directly (bpf/include/read.h). */
function kernelReadsDirectly(): boolean {
  try {
    return vmlinuxHasType('bpf_rdonly_cast');
  } catch (cause) {
    throw new AgentError(
      'KERNEL_UNSUPPORTED',
      `the kernel has no type information (${messageOf(cause)}): Picket needs a kernel built with CONFIG_DEBUG_INFO_BTF, as all current distributions have`,
      { cause },
    );
  }
}
