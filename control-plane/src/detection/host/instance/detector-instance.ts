import { globalExport } from '../guard/detector-world.ts';
import { DetectorFault, faultOf } from './detector-fault.ts';
import type { GuestBatch } from './guest-batch.ts';
import { GuestMemory, type TextEncoding } from './guest-memory.ts';
import type { HostFunctions } from './host-functions.ts';
import { type HostCall, hostImports } from './host-imports.ts';
import { type CallCounts, DEFAULT_INSTANCE_LIMITS, type InstanceLimits, noCounts } from './instance-limits.ts';

export interface InstanceOptions {
  /** Text encoding of the guest: from its component, or its manifest. */
  readonly encoding: TextEncoding;
  readonly host: HostFunctions;
  readonly limits?: Partial<InstanceLimits>;
  /** Go on from here instead of starting: nothing of the module runs. */
  readonly from?: InstanceState;
}

/** All that a guest remembers: its table never changes, and fuel is given anew for each call. */
export interface InstanceState {
  /** A whole number of pages. */
  readonly memory: Uint8Array;
  /** Values of the mutable globals in order. */
  readonly globals: readonly (number | bigint)[];
}

/** What a call came to. */
export interface CallOutcome extends CallCounts {
  /** What the guest said went wrong. It goes on. */
  readonly error: string | undefined;
  /** Fuel used; 0 for a module without fuel. */
  readonly fuel: bigint;
}

const HOST = 'picket:detector/host@0.1.0';
const FUEL = 'picket_fuel';
const RESULT_BYTES = 12;
const PAGE_BYTES = 65_536;

type Export = (...values: (number | bigint)[]) => unknown;

/**
 * A detector that runs: the door of this folder, for the process that hosts detectors. It calls a guarded core
 * module directly by the canonical ABI and believes nothing that comes back. Every call either ends with an outcome or
 * throws a DetectorFault; after a fault the instance is dead and every call says so.
 *
 * What it can not do is end a call that takes too long in a module without fuel: the worker around it must.
 */
export class DetectorInstance {
  readonly #call: HostCall;
  readonly #exports: Readonly<Record<string, WebAssembly.ExportValue>>;
  readonly #memory: GuestMemory;
  readonly #fuel: WebAssembly.Global | undefined;
  #fault: DetectorFault | undefined;

  /**
   * Links and starts a guarded module.
   * @throws DetectorFault DETECTOR_LINK when it imports what is not granted, or lacks an export; DETECTOR_SNAPSHOT when
   * the state to go on from is not one of this module
   */
  constructor(module: WebAssembly.Module, { encoding, host, limits, from }: InstanceOptions) {
    this.#call = {
      host,
      limits: { ...DEFAULT_INSTANCE_LIMITS, ...limits },
      memory: undefined,
      counts: noCounts(),
      records: 0,
      mayCall: true,
      charge: (amount) => this.#charge(amount),
    };
    this.#exports = link(module, hostImports(this.#call));
    const { memory, [FUEL]: fuel } = this.#exports;
    if (!(memory instanceof WebAssembly.Memory) || !(memory.buffer instanceof ArrayBuffer))
      throw new DetectorFault('DETECTOR_LINK', 'the module exports no memory of its own');
    this.#memory = new GuestMemory(memory, encoding);
    this.#memory.allocate = (align, bytes) => this.#reallocate(align, bytes);
    this.#call.memory = this.#memory;
    this.#fuel = fuel instanceof WebAssembly.Global ? fuel : undefined;
    if (from) restoreState(this.#exports, memory, from);
    else if (this.#exports._initialize) this.#run('_initialize', 0, () => this.#function('_initialize')());
  }

  /** Why the instance is dead; undefined while it lives. */
  get fault(): DetectorFault | undefined {
    return this.#fault;
  }

  /** Bytes of its memory. */
  get memoryBytes(): number {
    return this.#memory.bytes.length;
  }

  /** What it remembers now. The memory is a view: copy it before the next call. */
  get state(): InstanceState {
    return { memory: this.#memory.bytes, globals: mutableGlobals(this.#exports).map(({ value }) => value) };
  }

  /** Hands over the configuration. An error in the outcome refuses it. */
  init(config: string): CallOutcome {
    return this.#answered('init', 0, () => this.#memory.putText(config, 'the configuration'));
  }

  /** Hands over a batch. Findings come by `emit` before this returns. */
  onbatch(batch: GuestBatch): CallOutcome {
    return this.#answered('onbatch', batch.count, () => {
      const { prelude, dictionary, records } = batch;
      const length = prelude.length + dictionary.length + records.length;
      const at = this.#memory.room(length, 1, 'a batch');
      const bytes = this.#memory.bytes;
      bytes.set(prelude, at);
      bytes.set(dictionary, at + prelude.length);
      bytes.set(records, at + prelude.length + dictionary.length);
      return [at, length];
    });
  }

  /** Tells the time, CLOCK_BOOTTIME in ns. */
  ontick(now: bigint): CallOutcome {
    return this.#answered('ontick', 0, () => [BigInt.asIntN(64, now)]);
  }

  #answered(name: string, records: number, lower: () => (number | bigint)[]): CallOutcome {
    return this.#run(name, records, () => this.#result(name, this.#function(name)(...lower())));
  }

  /** A `result<_, string>` in the memory of the guest: the error, or undefined. */
  #result(name: string, address: unknown): string | undefined {
    const at = this.#memory.check(address, RESULT_BYTES, 4, `the result of ${name}`);
    const kind = this.#memory.u8(at);
    if (kind > 1) throw new DetectorFault('DETECTOR_ABI', `the result of ${name} is neither ok nor an error`);
    const units = kind === 1 ? this.#memory.u32(at + 8) : 0;
    const limit = this.#call.limits.textUnits;
    if (units > limit) this.#call.counts.cut++;
    const error = kind === 1 ? this.#memory.text(this.#memory.u32(at + 4), units, limit, 'an error') : undefined;
    if (this.#exports[`cabi_post_${name}`]) this.#quietly(() => this.#function(`cabi_post_${name}`)(at));
    return error;
  }

  #run(name: string, records: number, work: () => unknown): CallOutcome {
    if (this.#fault)
      throw new DetectorFault('DETECTOR_DEAD', `the instance died before: ${this.#fault.message}`, {
        cause: this.#fault,
      });
    const { limits } = this.#call;
    this.#call.counts = noCounts();
    this.#call.records = records;
    this.#call.mayCall = true;
    if (this.#fuel) this.#fuel.value = limits.fuel;
    try {
      const error = work();
      const fuel = this.#fuel ? limits.fuel - BigInt(this.#fuel.value) : 0n;
      return { ...this.#call.counts, error: typeof error === 'string' ? error : undefined, fuel };
    } catch (error) {
      this.#fault = faultOf(error, name, this.#fuel !== undefined && BigInt(this.#fuel.value) < 0n);
      throw this.#fault;
    }
  }

  #reallocate(align: number, bytes: number): unknown {
    return this.#quietly(() => this.#function('cabi_realloc')(0, 0, align, bytes));
  }

  /** Calls what may not call back. */
  #quietly<T>(work: () => T): T {
    const before = this.#call.mayCall;
    this.#call.mayCall = false;
    const value = work();
    this.#call.mayCall = before;
    return value;
  }

  #function(name: string): Export {
    const found = this.#exports[name];
    if (typeof found === 'function') return found as Export;
    throw new DetectorFault('DETECTOR_LINK', `the module exports no function ${name}`);
  }

  /** Below zero the guest traps at its next step; the host stops now. */
  #charge(amount: number): void {
    if (!this.#fuel) return;
    const left = BigInt(this.#fuel.value) - BigInt(amount);
    this.#fuel.value = left;
    if (left < 0n) throw new DetectorFault('DETECTOR_FUEL', 'the host functions used up the fuel of the call');
  }
}

function link(
  module: WebAssembly.Module,
  functions: Record<string, WebAssembly.ImportValue>,
): Readonly<Record<string, WebAssembly.ExportValue>> {
  try {
    return new WebAssembly.Instance(module, { [HOST]: functions }).exports;
  } catch (cause) {
    if (cause instanceof DetectorFault) throw cause;
    throw new DetectorFault('DETECTOR_LINK', `the module can not be linked: ${reason(cause)}`, { cause });
  }
}

/** In the order of their numbers, which is that of the exports. */
const mutableGlobals = (exports: Readonly<Record<string, WebAssembly.ExportValue>>): WebAssembly.Global[] =>
  Object.entries(exports).flatMap(([name, found]) =>
    found instanceof WebAssembly.Global && name.startsWith(globalExport('')) ? found : [],
  );

function restoreState(
  exports: Readonly<Record<string, WebAssembly.ExportValue>>,
  memory: WebAssembly.Memory,
  { memory: bytes, globals }: InstanceState,
): void {
  try {
    memory.grow((bytes.length - memory.buffer.byteLength) / PAGE_BYTES);
    new Uint8Array(memory.buffer).set(bytes);
    const own = mutableGlobals(exports);
    if (own.length !== globals.length) throw new RangeError(`${globals.length} globals for ${own.length}`);
    own.forEach((global, index) => {
      global.value = globals[index] ?? 0;
    });
  } catch (cause) {
    throw new DetectorFault('DETECTOR_SNAPSHOT', `the snapshot is not of this module: ${reason(cause)}`, { cause });
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error)).replace(/^[^:]*: /, '');
