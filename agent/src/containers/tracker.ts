import { Kind, type Log, messageOf } from '@picket/sdk';
import type { EventSource } from '../source/types.ts';
import type { RecordSink } from '../stages/record-sink.ts';
import { type ContainerFacts, NO_FACTS } from './container-facts.ts';
import { containerRecord, stoppedRecord } from './container-record.ts';
import type { MetadataReader } from './metadata.ts';
import type { Container, ContainerRegistry } from './registry.ts';
import { RetryQueue } from './retry-queue.ts';

/** Pauses before the looks at the metadata of a new container, in ms. */
const RETRY_MS = [2, 5, 10, 20, 50, 100, 250, 500, 1000];
/** Least time between two looks that events asked for, in ms. */
const HASTE_MS = 2;

export interface TrackerDeps {
  readonly source: EventSource;
  readonly registry: ContainerRegistry;
  readonly metadata: MetadataReader;
  readonly sink: RecordSink;
  readonly log: Log;
  /** Called when a container has its slot, before any event of it. */
  readonly onOpened: (container: Container) => void;
  /** Called before `container.stopped` is written. */
  readonly onClosing: (container: Container) => void;
  /** Called when a container found no free slot: its events will not be seen. */
  readonly onRefused: () => void;
  /** Whether a process lives in the cgroup or below it. */
  readonly populated: (path: string) => boolean;
}

/** A cgroup that is, or may be, a container. */
export interface Opening {
  readonly cgroup: bigint;
  readonly path: string;
  readonly id: string;
  readonly runtime: string;
  readonly podUid?: string;
  /** Only the name of the program that made the cgroup speaks for a container so far. */
  readonly candidate: boolean;
}

/** The life of containers: slot, records, metadata, end. Whoever finds them calls in here. */
export class ContainerTracker {
  readonly #deps: TrackerDeps;
  readonly #hints = new WeakMap<Container, Opening>();
  readonly #retries = new RetryQueue<{ container: Container; attempt: number }>((due) => {
    void this.#look(due.container, due.attempt);
  });

  #stopped = false;
  #hastened = 0;

  constructor(deps: TrackerDeps) {
    this.#deps = deps;
  }

  /** Gives a container its slot and tells of it at once, without metadata; that follows. */
  open(opening: Opening): Container | undefined {
    const { source, registry } = this.#deps;
    const facts = { ...NO_FACTS, id: opening.id, runtime: opening.runtime, podUid: opening.podUid ?? '' };
    const container = registry.register({ ...opening, facts });
    if (!container) {
      source.ignore(opening.cgroup);
      this.#deps.onRefused();
      return undefined;
    }
    this.#hints.set(container, opening);
    this.#deps.onOpened(container);
    source.trace(container.cgroup, container.slot, container.generation);
    this.#tell(Kind.ContainerStarted, container);
    this.#retries.add({ container, attempt: 0 }, RETRY_MS[0] ?? 0);
    return container;
  }

  /** Makes a cgroup below a container part of it. */
  adopt(container: Container, cgroup: bigint): void {
    this.#deps.registry.adopt(container, cgroup);
    this.#deps.source.trace(cgroup, container.slot, container.generation);
  }

  /** The cgroup of a container went away. */
  close(container: Container): void {
    this.#deps.onClosing(container);
    this.#deps.sink.append(stoppedRecord(container, this.#deps.source.now()));
    this.#deps.registry.stop(container, performance.now());
  }

  /** What was taken for a container is none. */
  demote(container: Container): void {
    this.close(container);
    for (const cgroup of [...container.cgroups]) {
      this.#deps.registry.disown(container, cgroup);
      this.#deps.source.ignore(cgroup);
    }
  }

  /** Looks once more at the metadata of containers that have none yet. */
  retryPartial(): void {
    for (const container of this.#deps.registry.living())
      if (container.partial) this.#retries.add({ container, attempt: RETRY_MS.length }, 0);
  }

  /**
   * Looks at once for containers whose metadata is awaited: their first events are waiting in the kernel. The runtime
   * writes its state before it lets the entrypoint run, so a look before the drain finds it where a timer is too late.
   * Undefined when nobody waits, or the last such look was less than a moment ago.
   */
  hasten(): Promise<void> | undefined {
    const now = performance.now();
    if (this.#retries.size === 0 || now - this.#hastened < HASTE_MS) return undefined;
    this.#hastened = now;
    const looks = this.#retries.waiting().map(({ container }) => this.#lookOnce(container));
    return Promise.all(looks).then(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.#retries.stop();
  }

  /** A look on time: the next one is planned when it finds nothing. */
  async #look(container: Container, attempt: number): Promise<void> {
    await this.#lookOnce(container);
    if (this.#stopped || !this.#wanted(container)) return;
    if (attempt + 1 < RETRY_MS.length)
      this.#retries.add({ container, attempt: attempt + 1 }, RETRY_MS[attempt + 1] ?? 0);
    else if (attempt < RETRY_MS.length) this.#giveUp(container);
  }

  async #lookOnce(container: Container): Promise<void> {
    if (!this.#wanted(container)) return;
    const facts = await this.#find(container);
    if (facts && !this.#stopped && this.#wanted(container)) this.#complete(container, facts);
  }

  #wanted(container: Container): boolean {
    return container.partial && this.#deps.registry.lives(container);
  }

  async #find(container: Container): Promise<ContainerFacts | undefined> {
    const hint = this.#hints.get(container);
    const id = hint && !hint.candidate ? { id: hint.id } : {};
    try {
      return await this.#deps.metadata.find({ path: container.path, runtime: hint?.runtime ?? '', ...id });
    } catch (error) {
      this.#deps.log.warn('metadata of a container can not be read', { path: container.path, why: messageOf(error) });
      return undefined;
    }
  }

  #complete(container: Container, facts: ContainerFacts): void {
    container.facts = { ...facts, podUid: facts.podUid || container.facts.podUid };
    container.partial = false;
    container.candidate = false;
    this.#tell(Kind.ContainerUpdated, container);
  }

  /** No runtime knows it. With processes in it, it is watched all the same: better one too many than one unseen. */
  #giveUp(container: Container): void {
    const { path, slot } = container;
    if (container.candidate && !this.#deps.populated(path)) {
      this.demote(container);
      return;
    }
    this.#deps.log.warn('no container runtime knows this container: it is watched without metadata', { path, slot });
    this.#tell(Kind.ContainerUpdated, container);
  }

  #tell(kind: typeof Kind.ContainerStarted | typeof Kind.ContainerUpdated, container: Container): void {
    this.#deps.sink.append(containerRecord(kind, container, this.#deps.source.now()));
  }
}
