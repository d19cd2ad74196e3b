import { createRequire } from 'node:module';
import { NativeError, type NativeErrorCode } from './native-error.ts';
import type { ProcessFiles } from './process-files.ts';
import type { StructLayout } from './struct-layout.ts';

/** The C++ classes as they are; the classes of this package are what to use. */
export interface Addon {
  readonly BpfObject: new (bytes: Uint8Array, name: string) => ObjectHandle;
  readonly BpfMap: new (fd: number) => MapHandle;
  readonly EventReader: new (
    rareFd: number,
    bulkFd: number,
    onReady: () => void,
    backstopMs: number,
    backlogBytes: number,
  ) => ReaderHandle;
  vmlinuxHasType(name: string): boolean;
  vmlinuxStructLayout(name: string): StructLayout;
  enableRunStats(): RunStatsHandle;
  closeRunStats(handle: RunStatsHandle): void;
  possibleCpus(): number;
  bootTimeNs(): bigint;
  cgroupId(path: string): bigint;
  startReading(
    pid: number,
    own: readonly string[],
    paths: readonly string[],
    stamps: readonly string[],
    limit: number,
  ): ReadingHandle | undefined;
  takeReading(handle: ReadingHandle, waitMs: number): (ProcessFiles & { readonly errno: number }) | undefined;
  compressLz4(input: Uint8Array, output: Uint8Array, acceleration: number): number;
}

export interface ProgramInfo {
  readonly name: string;
  /** The ELF section, which tells where it attaches: `tp_btf/sys_enter`. */
  readonly section: string;
  /** The kernel's name of the type: `tracing`, `cgroup_skb`. */
  readonly type: string;
  readonly loaded: boolean;
  /** The kernel's id; 0 until loaded. */
  readonly id: number;
  /** The kernel's hash of the instructions, 16 hex digits; empty until loaded. */
  readonly tag: string;
  /** Instructions before the verifier rewrites them; some are only known after load. */
  readonly insns: number;
}

export interface MapInfo {
  readonly name: string;
  /** The kernel's name of the type: `ringbuf`, `percpu_array`. */
  readonly type: string;
  /** Bytes. */
  readonly keySize: number;
  /** Bytes; of one CPU's value in a per-CPU map. */
  readonly valueSize: number;
  /** Entries; bytes of data for a ring buffer. */
  readonly maxEntries: number;
}

export interface ProgramStats {
  /** Nanoseconds spent in the program while statistics were on. */
  readonly runNs: number;
  /** Runs while statistics were on. */
  readonly runCount: number;
  /** Runs that the kernel left out because the program was already running on that CPU. */
  readonly recursionMisses: number;
}

export interface ObjectHandle {
  setAutoload(program: string, autoload: boolean): void;
  setMaxEntries(map: string, maxEntries: number): void;
  setVariable(variable: string, value: Uint8Array): void;
  reuseMap(map: string, fd: number): void;
  load(): void;
  programs(): ProgramInfo[];
  maps(): MapInfo[];
  structLayout(name: string): StructLayout;
  close(): void;
  mapFd(name: string): number;
  programFd(program: string): number;
  programStats(program: string): ProgramStats;
  attach(program: string, cgroup?: string): LinkHandle;
  testRun(program: string, context: Uint8Array): number;
}

export interface LinkHandle {
  detach(): void;
  readIterator(): Uint8Array;
}

export interface MapHandle {
  describe(): MapInfo & { readonly valueBytes: number };
  fd(): number;
  lookupInto(key: Uint8Array, out: Uint8Array): boolean;
  update(key: Uint8Array, value: Uint8Array, flags: number): void;
  delete(key: Uint8Array): boolean;
  keys(): Uint8Array[];
  readAll(keysOut: Uint8Array, valuesOut: Uint8Array): number;
  lookupRange(firstKey: number, count: number, out: Uint8Array, sum: boolean): void;
  freeze(): void;
  close(): void;
}

/** Totals since the reader was made. */
export interface ReaderStats {
  readonly drains: number;
  readonly records: number;
  readonly bytes: number;
  /** Records that the kernel program gave up itself. */
  readonly discarded: number;
  /** Records that were dropped because their length was wrong. */
  readonly malformed: number;
  /** Drains that ended at a record that was still being written. */
  readonly busyStops: number;
  /** Calls of onReady because the kernel woke us. */
  readonly ringWakes: number;
  /** Calls of onReady because the timer found something. */
  readonly timerWakes: number;
  /** Wakes without a call, because nothing was left or the backlog was below the limit. */
  readonly skippedWakes: number;
  readonly pollErrors: number;
  /** Bytes that wait now. */
  readonly rareBacklog: number;
  readonly bulkBacklog: number;
  /** Bytes that the rings hold. */
  readonly rareSize: number;
  readonly bulkSize: number;
}

export interface ReaderHandle {
  nextSequence: bigint;
  drain(out: Uint8Array, summary: Uint32Array, marks: Uint32Array): number;
  addBarrier(kind: number): void;
  addMark(kind: number, room: number): void;
  addPathField(kind: number, fixed: number, reference: number): void;
  assignSlot(cgroup: bigint, slot: number, generation: number): void;
  forgetSlot(cgroup: bigint): void;
  stop(): void;
  close(): void;
  setRef(keepAlive: boolean): void;
  stats(): ReaderStats;
}

/** Opaque. */
export interface RunStatsHandle {
  readonly __runStats: never;
}

/** Opaque. */
export interface ReadingHandle {
  readonly __reading: never;
}

interface LoadableAddon extends Addon {
  initialize(
    errorClass: new (code: NativeErrorCode, message: string, errno: number, verifierLog?: string) => NativeError,
  ): void;
}

const ADDON_FILE = '../build/picket_native.node';

let loaded: Addon | undefined;

/**
 * The addon, loaded at the first use, so that a process that never touches the kernel runs without it.
 * @throws NativeError ADDON_MISSING
 */
export function addon(): Addon {
  loaded ??= loadAddon();
  return loaded;
}

function loadAddon(): Addon {
  let found: LoadableAddon;
  try {
    found = createRequire(import.meta.url)(ADDON_FILE);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new NativeError(
      'ADDON_MISSING',
      `the native addon cannot be loaded (${reason}). Build it with "node native/build.ts" and install libbpf1`,
    );
  }
  found.initialize(NativeError);
  return found;
}
