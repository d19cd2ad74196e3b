import { addon, type MapInfo, type ObjectHandle, type ProgramInfo, type ProgramStats } from './addon.ts';
import { BpfLink } from './bpf-link.ts';
import { BpfMap } from './bpf-map.ts';
import type { StructLayout } from './struct-layout.ts';

/** What to change between opening and loading. Names that the object does not have are an error (NOT_FOUND). */
export interface OpenOptions {
  /** For error messages and the names of the object's own sections in the kernel. */
  readonly name: string;
  /** Maps, by name, that are shared with other objects instead of made anew. */
  readonly reuseMaps?: Readonly<Record<string, BpfMap>>;
  /** Values of `const volatile` globals, by name, each exactly as large as the variable. */
  readonly rodata?: Readonly<Record<string, Uint8Array>>;
  /** Entries of maps, by name (bytes for a ring buffer). Without effect on a map that is reused. */
  readonly mapEntries?: Readonly<Record<string, number>>;
  /** Whether to load a program, by name; the object's own sections say so otherwise. */
  readonly autoload?: Readonly<Record<string, boolean>>;
}

export interface AttachOptions {
  /** The directory of the cgroup2 to attach a cgroup program to. */
  readonly cgroup?: string;
}

/**
 * Reads a compiled BPF object. The kernel is not asked before `load`.
 * @throws NativeError BPF_OPEN_FAILED, NOT_FOUND, INVALID_ARGUMENT, BPF_MAP_FAILED (a map to reuse has another shape)
 */
export function openObject(bytes: Uint8Array, options: OpenOptions): BpfObject {
  const handle = new (addon().BpfObject)(bytes, options.name);
  try {
    applyOptions(handle, options);
  } catch (error) {
    handle.close();
    throw error;
  }
  return new BpfObject(handle);
}

function applyOptions(handle: ObjectHandle, options: OpenOptions): void {
  for (const [map, entries] of Object.entries(options.mapEntries ?? {})) handle.setMaxEntries(map, entries);
  for (const [map, shared] of Object.entries(options.reuseMaps ?? {})) handle.reuseMap(map, shared.fd);
  for (const [variable, value] of Object.entries(options.rodata ?? {})) handle.setVariable(variable, value);
  for (const [program, autoload] of Object.entries(options.autoload ?? {})) handle.setAutoload(program, autoload);
}

/**
 * A BPF object: its programs, maps and types. It owns every map and link that it hands out: they end with `close`.
 * Every method throws NativeError CLOSED after that, and NOT_FOUND for a name that the object does not have.
 */
export class BpfObject {
  readonly #handle: ObjectHandle;
  readonly #maps = new Map<string, BpfMap>();

  /** Use `openObject`. */
  constructor(handle: ObjectHandle) {
    this.#handle = handle;
  }

  /**
   * Gives a map another number of entries; before `load`.
   * @throws NativeError NOT_FOUND
   */
  setMapEntries(name: string, entries: number): void {
    this.#handle.setMaxEntries(name, entries);
  }

  /**
   * Shares a map of another object, as `reuseMaps` does, for callers that look at `maps()` first. Before `load`.
   * @throws NativeError BPF_MAP_FAILED when type, sizes or flags differ
   */
  reuseMap(name: string, shared: BpfMap): void {
    this.#handle.reuseMap(name, shared.fd);
  }

  /**
   * Makes the maps and has the kernel verify the programs. An object can be loaded once, whatever comes of it.
   * @throws NativeError BPF_LOAD_FAILED with `verifierLog`, BPF_PERMISSION
   */
  load(): void {
    this.#handle.load();
  }

  programs(): ProgramInfo[] {
    return this.#handle.programs();
  }

  /** What the object declares; maps of its global variables have names that end in `.rodata`, `.data` or `.bss`. */
  maps(): MapInfo[] {
    return this.#handle.maps();
  }

  /**
   * The same handle every time. After `load`, or before it for a map that is reused.
   * @throws NativeError BPF_MAP_FAILED when the map does not exist yet
   */
  map(name: string): BpfMap {
    // Asked every time, so that a closed object or an unknown name is told.
    const fd = this.#handle.mapFd(name);
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const map = new BpfMap(fd);
    this.#maps.set(name, map);
    return map;
  }

  /**
   * Attaches to where the program's section says.
   * @throws NativeError BPF_ATTACH_FAILED, BPF_PERMISSION, BPF_LOAD_FAILED (not loaded), CGROUP_FAILED
   */
  attach(program: string, options: AttachOptions = {}): BpfLink {
    return new BpfLink(this.#handle.attach(program, options.cgroup));
  }

  /** The descriptor of a loaded program, for program arrays; it belongs to the object. */
  programFd(program: string): number {
    return this.#handle.programFd(program);
  }

  /** Time and runs since the first `progStats(true)` was in force. Zero when it never was. */
  programStats(program: string): ProgramStats {
    return this.#handle.programStats(program);
  }

  /**
   * Runs a program once in this thread (BPF_PROG_TEST_RUN) and gives its return value. Works for programs of type
   * `syscall` and others that the kernel can run so. `context` is what the program gets and may be written to.
   * @throws NativeError BPF_RUN_FAILED
   */
  testRun(program: string, context: Uint8Array = new Uint8Array(0)): number {
    return this.#handle.testRun(program, context);
  }

  /**
   * The layout of a struct or union in the types that were compiled into the object.
   * @throws NativeError BTF_NOT_FOUND
   */
  structLayout(name: string): StructLayout {
    return this.#handle.structLayout(name);
  }

  /** Detaches and unloads everything. Shared maps live on where they are used. Does nothing the second time. */
  close(): void {
    for (const map of this.#maps.values()) map.close();
    this.#maps.clear();
    this.#handle.close();
  }
}
