import { join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import type { CgroupMounts } from '../cgroup-root.ts';
import { cgroupOwner } from '../cgroup-tree.ts';
import type { ContainerFacts } from '../container-facts.ts';
import { readDockerFacts, readPodmanFacts } from '../engine-store.ts';
import { LocalPaths } from '../local-path.ts';
import { mergeFacts } from '../merge-facts.ts';
import { factsOfConfig } from '../oci-config.ts';
import { type CappedFile, parseObject, readCapped, readCappedNow } from '../read-capped.ts';
import { type FoundState, RuntimeStates } from '../runtime-states.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from './metadata-source.ts';

export interface OciSourceOptions {
  readonly mounts: CgroupMounts;
  readonly runtimeRoots: readonly string[];
  readonly dockerRoots: readonly string[];
  readonly log: Log;
}

const MOST_CONFIG = 4 * 1024 * 1024;
/** Least time between two scans of all states. */
const SCAN_MS = 50;
/** As runtimes allow it; never `.` or `..`, it becomes part of a path. */
const ID = /^[\w+-][\w.+-]*$/;
const TICK_NS = 10_000_000n;

/**
 * What an OCI runtime wrote down: state, bundle, and the stores of Docker and podman beside them. Files only, so it
 * answers at once and needs no engine that runs. Never reads a path that the container can change.
 */
export class OciSource implements MetadataSource {
  readonly name = 'oci';
  readonly #options: OciSourceOptions;
  readonly #states: RuntimeStates;
  readonly #local = new LocalPaths();
  #errors = 0;

  constructor(options: OciSourceOptions) {
    this.#options = options;
    this.#states = new RuntimeStates(options.runtimeRoots, options.mounts.all, options.log);
  }

  /** Files are read when somebody asks, and cgroup records say when that is: there is nothing to watch. */
  start(): void {
    void this.#states.warm();
  }

  stop(): void {}

  covers(): boolean {
    return true;
  }

  /** Undefined while no runtime has a state that names this cgroup. `flags` is missing when the bundle can not be read. */
  async find(target: MetadataTarget): Promise<Partial<ContainerFacts> | undefined> {
    const fits = (each: FoundState) => isFor(each, target) && this.#trusts(each);
    // Most runtimes name the cgroup by the id: that is one file to read, and a container of a moment is gone after a scan.
    const id = target.id ?? lastName(target.path);
    const named = ID.test(id) ? (await this.#states.byId(id)).find(fits) : undefined;
    const state = named ?? (target.id === undefined ? (await this.#states.recent(SCAN_MS)).find(fits) : undefined);
    return state && this.#assemble(state, target);
  }

  /**
   * The same at once, as far as that is safe and does not need the store of an engine; undefined when `find` has to be
   * asked. For the first events of a container, which wait for it.
   */
  findNow(target: MetadataTarget): Partial<ContainerFacts> | undefined {
    const id = target.id ?? lastName(target.path);
    const state = ID.test(id) ? this.#states.byIdNow(id) : undefined;
    if (!state || !isFor(state, target) || !this.#local.has(`${state.bundle}/`)) return undefined;
    const path = join(state.bundle, 'config.json');
    const file = readCappedNow(path, MOST_CONFIG);
    const config = file && parsed(file, path);
    const runtime = target.runtime || config?.runtime || engineOfFolder(state);
    return config && (config.image || runtime === state.runtime) ? known(state, runtime, config) : undefined;
  }

  health(): SourceHealth {
    return { state: 'ok', errors: this.#errors + this.#states.errors };
  }

  /** Cgroup paths that runtimes name as those of their containers. */
  async knownPaths(): Promise<Set<string>> {
    const states = await this.#states.all();
    return new Set(states.filter((state) => this.#trusts(state)).map((state) => state.cgroupPath));
  }

  /** A user may speak for the cgroups that were delegated to that user, root for all. */
  #trusts(state: FoundState): boolean {
    return state.owner === 0 || state.owner === cgroupOwner(this.#options.mounts.root, state.cgroupPath);
  }

  async #assemble(state: FoundState, target: MetadataTarget): Promise<Partial<ContainerFacts>> {
    const trusts = (file: CappedFile) => state.owner === 0 || file.owner === state.owner;
    const config = await this.#quietly(() => readBundle(state.bundle, trusts));
    const runtime = target.runtime || config?.runtime || engineOfFolder(state);
    const engine = await this.#quietly(() => this.#engineFacts(runtime, state, trusts));
    return known(state, runtime, config, engine);
  }

  async #engineFacts(
    runtime: string,
    state: FoundState,
    trusts: (file: CappedFile) => boolean,
  ): Promise<Partial<ContainerFacts> | undefined> {
    if (runtime !== 'docker') return readPodmanFacts(state.bundle, state.id, trusts);
    const found = await Promise.all(this.#options.dockerRoots.map((root) => readDockerFacts(root, state.id)));
    return found.find((facts) => facts !== undefined);
  }

  /** One bad file must not cost what the others tell. */
  async #quietly<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.#errors++;
      this.#options.log.warn('metadata of a container can not be used', { why: messageOf(error) });
      return undefined;
    }
  }
}

function known(
  state: FoundState,
  runtime: string,
  config?: Partial<ContainerFacts>,
  engine?: Partial<ContainerFacts>,
): Partial<ContainerFacts> {
  const { flags: _, ...facts } = mergeFacts([config ?? {}, engine ?? {}]);
  const name = facts.name || (runtime === state.runtime ? state.id : '');
  return {
    ...facts,
    ...(config?.flags === undefined ? {} : { flags: config.flags }),
    id: state.id,
    name,
    runtime,
    workload: facts.podUid === '' && facts.podName === '' ? name : '',
    started: facts.started || state.created,
    initPid: state.initPid,
    initStart: BigInt(state.initTicks) * TICK_NS,
  };
}

/** A bundle that can not be parsed is told of by the read that waits. */
function parsed(file: CappedFile, path: string): Partial<ContainerFacts> | undefined {
  try {
    return file.owner === 0 ? factsOfConfig(parseObject(file.text, path)) : undefined;
  } catch {
    return undefined;
  }
}

const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

async function readBundle(
  bundle: string,
  trusts: (file: CappedFile) => boolean,
): Promise<Partial<ContainerFacts> | undefined> {
  if (!bundle.startsWith('/')) return undefined;
  const path = join(bundle, 'config.json');
  const file = await readCapped(path, MOST_CONFIG);
  return file && trusts(file) ? factsOfConfig(parseObject(file.text, path)) : undefined;
}

/** crun may put the processes into a child of the cgroup that the path names. */
function isFor(state: FoundState, target: MetadataTarget): boolean {
  return state.cgroupPath === target.path || state.cgroupPath.startsWith(`${target.path}/`);
}

function engineOfFolder(state: FoundState): string {
  if (/\/docker\/|\/moby$/.test(state.folder)) return 'docker';
  return state.folder.includes('/containerd/') ? 'containerd' : state.runtime;
}
