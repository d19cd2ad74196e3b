import { type BpfLink, type BpfMap, type BpfObject, NativeError } from '@picket/native';
import { Kind, kindName } from '@picket/sdk';
import { AgentError } from '../errors.ts';
import { type ObjectOptions, ProbeObjects } from './probe-objects.ts';
import type { ProbeSpec } from './probe-table.ts';
import type { ProbeState } from './types.ts';

export interface LoaderOptions extends ObjectOptions {
  /** Root of the cgroup2 tree, where programs of sockets hang. */
  readonly cgroupRoot: string;
}

interface Loaded {
  readonly spec: ProbeSpec;
  object?: BpfObject;
  readonly links: BpfLink[];
  /** System calls whose handler is one of its programs. */
  readonly handled: Set<number>;
  attached: boolean;
  reason?: string;
}

/** What of the probes is to be attached. */
export interface WantedProbes {
  /** Event kinds by number. */
  readonly kinds: ReadonlySet<number>;
  /** System calls that `syscall.notable` is wanted for; undefined for all. */
  readonly calls: ReadonlySet<number> | undefined;
  /** System calls are counted. */
  readonly counting: boolean;
}

/** The probe that counts system calls and calls the handlers. */
const DISPATCHER = 'syscall_exit';
const NOTHING: WantedProbes = { kinds: new Set(), calls: new Set(), counting: false };

/** Loads probes when they are first wanted, attaches and detaches their programs. */
export class ProbeLoader {
  readonly #options: LoaderOptions;
  readonly #objects: ProbeObjects;
  readonly #loaded: Loaded[];

  /** Nothing is loaded before `load` or `attach`. */
  constructor(specs: readonly ProbeSpec[], options: LoaderOptions) {
    this.#options = options;
    this.#objects = new ProbeObjects(options);
    this.#loaded = specs.map((spec) => ({ spec, links: [], handled: new Set(), attached: false }));
  }

  /**
   * Loads a probe that is not loaded yet. One that this kernel refuses is kept with the reason: the others go on without it.
   * @throws AgentError PRIVILEGE_MISSING, PROBE_MISSING, PROBE_LAYOUT_MISMATCH: nothing would work
   */
  load(name: string): void {
    const probe = this.#loaded.find(({ spec }) => spec.name === name);
    if (probe) this.#load(probe);
  }

  #load(probe: Loaded): void {
    if (probe.object || probe.reason) return;
    try {
      probe.object = this.#objects.open(probe.spec);
    } catch (error) {
      this.#fail(probe, error);
    }
  }

  #fail(probe: Loaded, error: unknown): void {
    if (!(error instanceof NativeError)) throw error;
    if (error.code === 'BPF_PERMISSION') throw privilegeMissing(error);
    probe.reason = reasonOf(error);
  }

  isAttached(name: string): boolean {
    return this.#loaded.some((probe) => probe.spec.name === name && probe.attached);
  }

  /** A shared map by name; undefined while the probe that makes it is not loaded. */
  findMap(name: string): BpfMap | undefined {
    return this.#objects.findMap(name);
  }

  /**
   * A shared map by name.
   * @throws AgentError KERNEL_UNSUPPORTED when the probe that makes it could not be loaded
   */
  map(name: string): BpfMap {
    const map = this.findMap(name);
    if (map) return map;
    const reason = this.#loaded.find((probe) => probe.reason)?.reason ?? 'no probe has it';
    throw new AgentError('KERNEL_UNSUPPORTED', `the kernel refused the probes: ${reason}`);
  }

  /** Attaches what is wanted and not attached yet; returns the system calls that have a handler now. */
  attach(wanted: WantedProbes): Set<number> {
    for (const probe of this.#loaded) {
      if (!this.#isWanted(probe.spec, wanted)) continue;
      this.#load(probe);
      if (probe.object && !probe.reason) this.#tryAttach(probe, probe.object, wanted);
    }
    this.#failHandlers();
    return new Set(this.#loaded.flatMap(({ handled }) => [...handled]));
  }

  /** System calls that keep their handler when `detach` is called with the same. */
  handledBy(wanted: WantedProbes): Set<number> {
    const kept = this.#loaded.filter(({ spec }) => this.#isWanted(spec, wanted));
    return new Set(kept.flatMap(({ spec, handled }) => [...handled].filter((nr) => isCallWanted(spec, nr, wanted))));
  }

  /** Detaches what is not wanted any more. The kernel must have been told before not to call its handlers. */
  detach(wanted: WantedProbes): void {
    for (const probe of this.#loaded) this.#detachOne(probe, this.#isWanted(probe.spec, wanted) ? wanted : NOTHING);
  }

  #isWanted(spec: ProbeSpec, wanted: WantedProbes): boolean {
    if (spec.name === DISPATCHER)
      return (
        wanted.counting || this.#loaded.some(({ spec: each }) => hasHandlers(each) && this.#isWanted(each, wanted))
      );
    const kinds = [...spec.kinds, ...(spec.servesToo ?? [])];
    return kinds.length === 0 ? wanted !== NOTHING : kinds.some((kind) => wanted.kinds.has(kind));
  }

  /** Without the program that calls them, handlers see nothing. */
  #failHandlers(): void {
    const caller = this.#loaded.find(({ spec }) => spec.name === DISPATCHER);
    if (!caller?.reason) return;
    for (const probe of this.#loaded)
      if (hasHandlers(probe.spec)) probe.reason ??= `the probe ${DISPATCHER}, which calls it, failed: ${caller.reason}`;
  }

  #tryAttach(probe: Loaded, object: BpfObject, wanted: WantedProbes): void {
    try {
      this.#attachOne(probe, object, wanted);
    } catch (error) {
      this.#detachOne(probe, NOTHING);
      this.#fail(probe, error);
    }
  }

  #attachOne(probe: Loaded, object: BpfObject, wanted: WantedProbes): void {
    for (const [program, numbers] of Object.entries(probe.spec.handlers)) {
      for (const nr of numbers) {
        if (probe.handled.has(nr) || !isCallWanted(probe.spec, nr, wanted)) continue;
        this.map('exit_handlers').setProgram(nr, object, program);
        probe.handled.add(nr);
      }
    }
    if (probe.attached) return;
    for (const program of probe.spec.attach) probe.links.push(object.attach(program));
    for (const program of probe.spec.cgroup ?? [])
      probe.links.push(object.attach(program, { cgroup: this.#options.cgroupRoot }));
    if (probe.spec.prime) readOnce(object, probe.spec.prime);
    probe.attached = true;
  }

  /** Leaves of one probe what `wanted` asks for; nothing with NOTHING. */
  #detachOne(probe: Loaded, wanted: WantedProbes): void {
    for (const nr of probe.handled) {
      if (wanted !== NOTHING && isCallWanted(probe.spec, nr, wanted)) continue;
      this.map('exit_handlers').delete(new Uint8Array(Uint32Array.of(nr).buffer));
      probe.handled.delete(nr);
    }
    if (wanted !== NOTHING) return;
    for (const link of probe.links.splice(0)) link.detach();
    probe.attached = false;
  }

  /**
   * What the iterator of a probe writes in one pass; its program has the name of the probe. Undefined when it is not
   * loaded.
   * @throws NativeError BPF_RUN_FAILED, BPF_ATTACH_FAILED
   */
  walk(name: string): Uint8Array | undefined {
    const object = this.#loaded.find(({ spec }) => spec.name === name)?.object;
    if (!object) return undefined;
    return readOnce(object, name);
  }

  /** Runs an iterator program of a probe for what it does; does nothing while the probe is not attached. */
  run(name: string, program: string): void {
    const probe = this.#loaded.find(({ spec }) => spec.name === name);
    if (probe?.attached && probe.object) readOnce(probe.object, program);
  }

  states(): ProbeState[] {
    return this.#loaded.map(({ spec, attached, reason }) => ({
      name: spec.name,
      state: reason ? 'failed' : attached ? 'attached' : 'detached',
      ...(reason ? { reason } : {}),
      kinds: spec.kinds.map(kindName),
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
    this.#objects.clear();
  }
}

/** What an iterator program writes in one pass. */
function readOnce(object: BpfObject, program: string): Uint8Array {
  const link = object.attach(program);
  try {
    return link.readIterator();
  } finally {
    link.detach();
  }
}

const hasHandlers = (spec: ProbeSpec) => Object.keys(spec.handlers).length > 0;

/** Calls are chosen one by one only where each is a matter of its own. */
const isCallWanted = (spec: ProbeSpec, nr: number, wanted: WantedProbes) =>
  wanted.calls === undefined || wanted.calls.has(nr) || spec.kinds.some((kind) => kind !== Kind.SyscallNotable);

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
