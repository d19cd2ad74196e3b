import { join } from 'node:path';
import { type Log, messageOf } from '@picket/sdk';
import { AgentError } from '../errors.ts';
import type { CgroupMounts } from './cgroup-root.ts';
import { cgroupOwner } from './cgroup-tree.ts';
import { type ContainerFacts, NO_FACTS } from './container-facts.ts';
import { readDockerFacts, readPodmanFacts } from './engine-store.ts';
import { factsOfConfig } from './oci-config.ts';
import { type CappedFile, parseObject, readCapped } from './read-capped.ts';
import { type FoundState, RuntimeStates } from './runtime-states.ts';

/** The container that is looked for. */
export interface MetadataTarget {
  /** Path of its cgroup below the cgroup2 root. */
  readonly path: string;
  /** Its id when the path tells. */
  readonly id?: string;
  /** Runtime when the path tells, else empty. */
  readonly runtime: string;
}

export interface MetadataOptions {
  readonly mounts: CgroupMounts;
  readonly runtimeRoots: readonly string[];
  readonly dockerRoots: readonly string[];
  readonly log: Log;
  /** Longest a look-up may take, in ms: the folders of users may lie on file systems that never answer. */
  readonly timeoutMs?: number;
}

const MOST_CONFIG = 4 * 1024 * 1024;
const TICK_NS = 10_000_000n;

/** Reads what the runtime and its engine wrote down about a container. Never reads a path that the container can change. */
export class MetadataReader {
  readonly states: RuntimeStates;
  readonly #options: MetadataOptions;

  constructor(options: MetadataOptions) {
    this.#options = options;
    this.states = new RuntimeStates(options.runtimeRoots, options.mounts.all, options.log);
  }

  /**
   * The facts of the container of a cgroup; undefined while no runtime has a state that names this cgroup.
   * @throws AgentError METADATA_INVALID when the look-up takes too long
   */
  async find(target: MetadataTarget): Promise<ContainerFacts | undefined> {
    const timeoutMs = this.#options.timeoutMs ?? 2000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow(target.path, timeoutMs)), timeoutMs);
    });
    try {
      return await Promise.race([this.#find(target), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cgroup paths that runtimes name as those of their containers. */
  async knownPaths(): Promise<Set<string>> {
    const states = await this.states.all();
    return new Set(states.filter((state) => this.#trusts(state)).map((state) => state.cgroupPath));
  }

  async #find(target: MetadataTarget): Promise<ContainerFacts | undefined> {
    const states = target.id === undefined ? await this.states.all() : await this.states.byId(target.id);
    const state = states.find((each) => isFor(each, target) && this.#trusts(each));
    return state && this.#assemble(state, target);
  }

  /** A user may speak for the cgroups that were delegated to that user, root for all. */
  #trusts(state: FoundState): boolean {
    return state.owner === 0 || state.owner === cgroupOwner(this.#options.mounts.root, state.cgroupPath);
  }

  async #assemble(state: FoundState, target: MetadataTarget): Promise<ContainerFacts> {
    const trusts = (file: CappedFile) => state.owner === 0 || file.owner === state.owner;
    const config = await this.#quietly(() => readBundle(state.bundle, trusts));
    const runtime = target.runtime || config?.runtime || engineOfFolder(state);
    const engine = await this.#quietly(() => this.#engineFacts(runtime, state, trusts));
    const known = { ...NO_FACTS, ...config, ...onlyKnown(engine) };
    const name = known.name || (runtime === state.runtime ? state.id : '');
    return {
      ...known,
      id: state.id,
      name,
      runtime,
      workload: known.podUid === '' ? name : '',
      started: known.started || state.created,
      initPid: state.initPid,
      initStart: BigInt(state.initTicks) * TICK_NS,
    };
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
      this.states.errors++;
      this.#options.log.warn('metadata of a container can not be used', { why: messageOf(error) });
      return undefined;
    }
  }
}

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

/** Leaves out what is empty, so that it does not hide what the bundle told. */
function onlyKnown(facts: Partial<ContainerFacts> | undefined): Partial<ContainerFacts> {
  const known = Object.entries(facts ?? {}).filter(
    ([, value]) => value !== '' && value !== 0n && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(known);
}

const tooSlow = (path: string, ms: number) =>
  new AgentError('METADATA_INVALID', `the metadata of ${path} could not be read within ${ms} ms: it stays unknown`);
