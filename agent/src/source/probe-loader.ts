import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BpfLink, type BpfMap, type BpfObject, NativeError, openObject, vmlinuxHasType } from '@picket/native';
import { KINDS, messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';
import { checkLayout } from './layout-check.ts';
import type { ProbeSpec } from './probe-table.ts';
import type { ProbeState } from './types.ts';

export interface LoaderOptions {
  /** Folder of the compiled objects. */
  readonly folder: string;
  /** Constants by variable name; an object gets those it declares. */
  readonly rodata: Readonly<Record<string, Record<string, Uint8Array>>>;
  /** Loads the build for older kernels even where the faster one would do. */
  readonly portable?: boolean | undefined;
  /** Entries of maps by name. */
  readonly mapEntries: Readonly<Record<string, number>>;
}

interface Loaded {
  readonly spec: ProbeSpec;
  readonly object?: BpfObject;
  readonly links: BpfLink[];
  attached: boolean;
  reason?: string;
}

/** Loads the objects so that they share their maps, attaches and detaches their programs. */
export class ProbeLoader {
  readonly #options: LoaderOptions;
  readonly #loaded: Loaded[] = [];
  readonly #maps = new Map<string, BpfMap>();
  readonly #direct: boolean;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#direct = kernelReadsDirectly() && !options.portable;
  }

  /**
   * Loads one probe. A probe that this kernel refuses is kept with the reason: the others go on without it.
   * @throws AgentError PRIVILEGE_MISSING, PROBE_MISSING, PROBE_LAYOUT_MISMATCH: nothing would work
   */
  load(spec: ProbeSpec): void {
    const bytes = this.#read(spec.name);
    try {
      this.#loaded.push({ spec, object: this.#open(spec, bytes), links: [], attached: false });
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      if (error.code === 'BPF_PERMISSION') throw privilegeMissing(error);
      this.#loaded.push({ spec, links: [], attached: false, reason: reasonOf(error) });
    }
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
    const object = openObject(bytes, { name: spec.name, rodata: rodata[spec.name] ?? {}, mapEntries });
    try {
      checkLayout(object, spec.name, spec.kinds);
      const names = object.maps().map((map) => map.name);
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

  /**
   * A shared map by name.
   * @throws AgentError KERNEL_UNSUPPORTED when the probe that makes it could not be loaded
   */
  map(name: string): BpfMap {
    const map = this.#maps.get(name);
    if (map) return map;
    const reason = this.#loaded.find((probe) => probe.reason)?.reason ?? 'no probe has it';
    throw new AgentError('KERNEL_UNSUPPORTED', `the kernel refused the probes: ${reason}`);
  }

  /** Attaches what is loaded; returns the system calls that have a handler now. */
  attach(): Set<number> {
    const handled = new Set<number>();
    for (const probe of this.#loaded) {
      if (!probe.object) continue;
      try {
        this.#attachOne(probe, probe.object, handled);
      } catch (error) {
        if (!(error instanceof NativeError)) throw error;
        if (error.code === 'BPF_PERMISSION') throw privilegeMissing(error);
        for (const link of probe.links.splice(0)) link.detach();
        probe.reason = reasonOf(error);
      }
    }
    this.#failHandlers();
    return handled;
  }

  /** Without the program that calls them, handlers see nothing. */
  #failHandlers(): void {
    const caller = this.#loaded.find(({ spec }) => spec.name === 'syscall_exit');
    if (!caller?.reason) return;
    for (const probe of this.#loaded)
      if (Object.keys(probe.spec.handlers).length > 0)
        probe.reason ??= `the probe syscall_exit, which calls it, failed: ${caller.reason}`;
  }

  #attachOne(probe: Loaded, object: BpfObject, handled: Set<number>): void {
    for (const [program, numbers] of Object.entries(probe.spec.handlers)) {
      for (const nr of numbers) {
        this.map('exit_handlers').setProgram(nr, object, program);
        handled.add(nr);
      }
    }
    for (const program of probe.spec.attach) probe.links.push(object.attach(program));
    probe.attached = true;
  }

  states(): ProbeState[] {
    return this.#loaded.map(({ spec, attached, reason }) => ({
      name: spec.name,
      state: reason ? 'failed' : attached ? 'attached' : 'detached',
      ...(reason ? { reason } : {}),
      kinds: spec.kinds.map((id) => KINDS.find((kind) => kind.id === id)?.name ?? String(id)),
    }));
  }

  /** The loaded objects by probe name, for benches that read their statistics. */
  objects(): ReadonlyMap<string, BpfObject> {
    return new Map(this.#loaded.flatMap(({ spec, object }) => (object ? [[spec.name, object] as const] : [])));
  }

  /** Detaches and unloads everything. */
  close(): void {
    for (const probe of this.#loaded) for (const link of probe.links.splice(0)) link.detach();
    for (const probe of this.#loaded) probe.object?.close();
    this.#loaded.length = 0;
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

function reasonOf(error: NativeError): string {
  const log = error.verifierLog?.trim().split('\n').slice(-4).join(' | ');
  return log ? `${error.message} (${log})` : error.message;
}

function privilegeMissing(cause: NativeError): AgentError {
  return new AgentError(
    'PRIVILEGE_MISSING',
    `the kernel refuses eBPF programs to this process (${cause.message}): run the agent as root or with CAP_BPF, CAP_PERFMON and CAP_SYS_RESOURCE, or replay a capture with npm start -- --replay FILE`,
    { cause },
  );
}
