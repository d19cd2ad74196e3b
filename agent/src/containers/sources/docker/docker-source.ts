import { type Log, messageOf } from '@picket/sdk';
import { cgroupOwner } from '../../cgroup-tree.ts';
import type { ContainerFacts } from '../../container-facts.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from '../metadata-source.ts';
import { DockerEngine } from './engine.ts';
import { podOfLabels } from './facts.ts';
import { findSockets } from './sockets.ts';

export interface DockerSourceOptions {
  /** Paths of sockets; `*` stands for any one name. */
  readonly sockets: readonly string[];
  /** Mount point of cgroup2. */
  readonly cgroupRoot: string;
  readonly log: Log;
}

/** Time between two looks for new sockets. */
const LOOK_MS = 5000;
const CONTAINER_ID = /^[0-9a-f]{64}$/;
const RUNTIMES = new Set(['docker', 'podman']);

/** Engines that speak the API of Docker over a unix socket: dockerd, and podman with its service. */
export class DockerSource implements MetadataSource {
  readonly name = 'docker';
  readonly #options: DockerSourceOptions;
  readonly #engines = new Map<string, DockerEngine>();
  #onChange: (id: string) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** Those of engines that are gone, and of failed looks. */
  #errors = 0;

  constructor(options: DockerSourceOptions) {
    this.#options = options;
  }

  start(onChange: (id: string) => void): void {
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    void this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const engine of this.#engines.values()) engine.stop();
  }

  /** A cgroup whose path tells only a long id may be one of an engine with a parent folder of its own. */
  covers(target: MetadataTarget): boolean {
    const { id = '', runtime, podUid } = target;
    const fits = RUNTIMES.has(runtime) || (runtime === '' && podUid === undefined);
    return fits && CONTAINER_ID.test(id) && this.#fitting(target).some(({ state }) => state !== 'absent');
  }

  /**
   * An empty answer says that no engine knows it (one that was started with a folder of its own, for example), so that
   * nothing is missing.
   * @throws AgentError SOURCE_UNAVAILABLE when an engine that may know it does not answer
   */
  async find(target: MetadataTarget): Promise<Partial<ContainerFacts> | undefined> {
    const { id = '' } = target;
    if (!this.covers(target)) return undefined;
    const asked = await Promise.allSettled(this.#fitting(target).map((engine) => engine.find(id)));
    const facts = asked.map((each) => (each.status === 'fulfilled' ? each.value : undefined)).find(Boolean);
    if (facts) return withPod(facts, target);
    const failed = asked.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    return {};
  }

  /** An engine tells of a container before it starts it: mostly its name and image are here before its first event. */
  remembered(target: MetadataTarget): Partial<ContainerFacts> | undefined {
    if (!this.covers(target)) return undefined;
    const told = this.#fitting(target).map((engine) => engine.remembered(target.id ?? ''));
    const facts = told.find(Boolean);
    return facts && withPod(facts, target);
  }

  health(): SourceHealth {
    const engines = [...this.#engines.values()];
    const errors = engines.reduce((sum, engine) => sum + engine.errors + engine.memory.refused, this.#errors);
    const failing = engines.find(({ state }) => state === 'failing');
    if (failing) {
      const reason = `${failing.reason}: start this engine, or leave its socket out of PICKET_DOCKER_SOCKETS`;
      return { state: 'failing', reason, errors };
    }
    return { state: engines.some(({ state }) => state === 'ok') ? 'ok' : 'absent', errors };
  }

  /** The engine of a user may speak for the cgroups that were delegated to that user, that of root for all. */
  #fitting({ runtime, path }: MetadataTarget): DockerEngine[] {
    const fits = ({ kind, socket }: DockerEngine) =>
      (runtime === '' || kind === undefined || kind === runtime) &&
      (socket.owner === 0 || socket.owner === cgroupOwner(this.#options.cgroupRoot, path));
    return [...this.#engines.values()].filter(fits);
  }

  /** Sockets come and go. An engine that is away is asked again by itself; its containers stay known. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const socket of await findSockets(this.#options.sockets)) {
        const engine = this.#engines.get(socket.path);
        if (engine?.socket.owner === socket.owner) continue;
        if (engine) this.#drop(engine);
        if (this.#timer !== undefined) this.#add(socket);
      }
      for (const engine of this.#engines.values()) {
        engine.memory.sweep();
        if (engine.state === 'absent' && engine.kind !== undefined && engine.memory.size === 0) this.#drop(engine);
      }
    } catch (error) {
      this.#errors++;
      this.#options.log.warn('the sockets of container engines can not be looked for', { why: messageOf(error) });
    } finally {
      this.#looking = false;
    }
  }

  #add(socket: DockerEngine['socket']): void {
    const engine = new DockerEngine({ socket, onChange: (id) => this.#onChange(id), log: this.#options.log });
    this.#engines.set(socket.path, engine);
    engine.start();
  }

  #drop(engine: DockerEngine): void {
    engine.stop();
    this.#errors += engine.errors + engine.memory.refused;
    this.#engines.delete(engine.socket.path);
  }
}

/** Labels are free text: they name a pod only where the path shows one. */
const withPod = (facts: Partial<ContainerFacts>, { podUid }: MetadataTarget): Partial<ContainerFacts> =>
  podUid === undefined ? facts : { ...facts, ...podOfLabels(facts.labels ?? []) };
