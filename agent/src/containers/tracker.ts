import { Kind, type Log } from '@picket/sdk';
import type { EventSource } from '../source/types.ts';
import type { RecordSink } from '../stages/record-sink.ts';
import { type ContainerFacts, NO_FACTS } from './container-facts.ts';
import { containerRecord, stoppedRecord } from './container-record.ts';
import { LogLimit } from './log-limit.ts';
import { overlayFacts, sameFacts } from './merge-facts.ts';
import type { Look, MetadataReader } from './metadata.ts';
import type { Container, ContainerRegistry } from './registry.ts';
import { RetryQueue } from './retry-queue.ts';
import type { MetadataTarget } from './sources/metadata-source.ts';

/** Longest that is looked for the metadata of a new container before it is given up, in ms. */
const MOST_LOOKING_MS = 2000;
/** Longest pause between two such looks, in ms. The pause is as long as has been looked until then. */
const MOST_PAUSE_MS = 500;
/** Pause between looks at local files while there are containers of which nothing is known, in ms. */
const HASTE_MS = 10;
/** Containers looked at in haste before a drain; each costs some 20 µs while it has no state. */
const HASTE_LOOKS = 32;
/** A container that no state names for so long is no longer looked for in haste, in ms. */
const HASTE_AGE_MS = 1000;
/** Pause before the first look. */
const FIRST_MS = 2;
/** Log lines a minute about containers that nobody knows. */
const UNRESOLVED_LINES = 20;
/** Several changes of one container shortly after each other are one look, in ms. */
const SOON_MS = 10;

export interface TrackerDeps {
  readonly source: EventSource;
  readonly registry: ContainerRegistry;
  readonly metadata: MetadataReader;
  readonly sink: RecordSink;
  readonly log: Log;
  /** Called when a container has its slot, before any event of it. */
  readonly onOpened: (container: Container) => void;
  /** Called when the first process of a container has become known, after that was told. */
  readonly onProcess?: (container: Container) => void;
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

interface Retry {
  readonly container: Container;
  /** When the looks at a new container began, in ms of performance.now(); undefined for one look that stands alone. */
  readonly since: number | undefined;
}

/** The life of containers: slot, records, metadata, end. Whoever finds them calls in here. */
export class ContainerTracker {
  readonly #deps: TrackerDeps;
  readonly #hints = new WeakMap<Container, Opening>();
  readonly #retries = new RetryQueue<Retry>((retry) => void this.#look(retry));

  /** Containers of which files have not told anything yet. */
  readonly #unlocated = new Set<Container>();
  /** Those of them that are looked at in haste, and when they were opened in ms of performance.now(). */
  readonly #hasty = new Map<Container, number>();
  /** Containers that are looked at again soon, whatever is known of them. */
  readonly #awaited = new Set<Container>();
  /** What was taken for a container and is none. */
  readonly #dropped = new WeakSet<Container>();
  /** Containers whose metadata was not complete when the looks at their start ended, since start. */
  unresolved = 0;
  readonly #unresolvedLines = new LogLimit(UNRESOLVED_LINES);
  #stopped = false;
  #hasteTimer: NodeJS.Timeout | undefined;

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
    this.#unlocated.add(container);
    this.#hasty.set(container, performance.now());
    this.#deps.onOpened(container);
    source.trace(container.cgroup, container.slot, container.generation);
    this.#tell(Kind.ContainerStarted, container);
    this.#retries.add({ container, since: performance.now() }, FIRST_MS);
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
    this.#dropped.add(container);
    this.#unlocated.delete(container);
    for (const cgroup of [...container.cgroups]) {
      this.#deps.registry.disown(container, cgroup);
      this.#deps.source.ignore(cgroup);
    }
  }

  /** More than its metadata has become known of a container. */
  tellAgain(container: Container): void {
    this.#tell(Kind.ContainerUpdated, container);
  }

  /** Looks once more at the metadata of containers whose metadata is not complete. */
  retryPartial(): void {
    for (const container of this.#deps.registry.living()) if (container.partial) this.#lookSoon(container);
  }

  /** More may be known now of a container, or of all containers of a pod. Takes the id of one or the UID of the other. */
  changed(id: string): void {
    for (const container of this.#deps.registry.held()) {
      const { facts } = container;
      if (facts.id === id || facts.podUid === id || this.#hints.get(container)?.id === id) this.#lookSoon(container);
    }
  }

  /**
   * Looks at once for containers of which nothing is known: their first events are waiting in the kernel. The runtime
   * writes its state before it lets the entrypoint run, so a look before a drain finds it in time, where one that waits for
   * threads may be too late. Reads local files only, and those of a bounded number of containers.
   */
  hasten(): void {
    if (this.#hasty.size === 0 || this.#stopped) return;
    this.#hasteTimer ??= setTimeout(() => {
      this.#hasteTimer = undefined;
      this.hasten();
    }, HASTE_MS);
    const now = performance.now();
    for (const [container, opened] of [...this.#hasty].slice(0, HASTE_LOOKS)) {
      this.#hasty.delete(container);
      this.#apply(container, this.#deps.metadata.findNow(this.#targetOf(container)));
      // behind the others, so that all have their turn
      if (this.#unlocated.has(container) && now - opened < HASTE_AGE_MS) this.#hasty.set(container, opened);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#hasteTimer);
    this.#retries.stop();
  }

  #lookSoon(container: Container): void {
    if (this.#stopped || this.#awaited.has(container)) return;
    this.#awaited.add(container);
    this.#retries.add({ container, since: undefined }, SOON_MS);
  }

  /** A look on time: the next one is planned when it does not find all. */
  async #look(retry: Retry): Promise<void> {
    const { container, since } = retry;
    if (since === undefined) this.#awaited.delete(container);
    if (!this.#keeps(container)) this.#unlocated.delete(container);
    if (!this.#keeps(container) || (since !== undefined && !container.partial)) return;
    await this.#lookAtAll(container);
    if (since === undefined || this.#stopped || !container.partial || !this.#keeps(container)) return;
    const age = performance.now() - since;
    if (age >= MOST_LOOKING_MS) this.#giveUp(container);
    else this.#retries.add(retry, Math.min(Math.max(age, FIRST_MS), MOST_PAUSE_MS));
  }

  async #lookAtAll(container: Container): Promise<void> {
    const onBase = (look: Look) => {
      if (this.#unlocated.has(container)) this.#apply(container, look);
    };
    this.#apply(container, await this.#deps.metadata.find(this.#targetOf(container), onBase));
  }

  #keeps(container: Container): boolean {
    return this.#deps.registry.holds(container) && !this.#dropped.has(container);
  }

  #targetOf(container: Container): MetadataTarget {
    const hint = this.#hints.get(container);
    const id = hint && !hint.candidate ? { id: hint.id } : {};
    const pod = hint?.podUid === undefined ? {} : { podUid: hint.podUid };
    return { path: container.path, runtime: hint?.runtime ?? '', ...id, ...pod };
  }

  /**
   * Tells of what a look found, when it is news. An incomplete look adds to what is known and takes nothing away; a
   * complete one says it all.
   */
  #apply(container: Container, look: Look | undefined): void {
    if (!look || this.#stopped || !this.#keeps(container)) return;
    if (look.facts.initPid !== 0 || !look.partial) this.#unlocated.delete(container);
    container.candidate = false;
    const facts = look.partial ? addFacts(container, look.facts) : keepProcess(look.facts, container.facts);
    const partial = container.partial && look.partial;
    if (partial === container.partial && sameFacts(facts, container.facts)) return;
    const isNew = facts.initPid !== container.facts.initPid;
    container.facts = facts;
    container.partial = partial;
    this.#tell(Kind.ContainerUpdated, container);
    if (isNew) this.#deps.onProcess?.(container);
  }

  /** No runtime knows it. With processes in it, it is watched all the same: better one too many than one unseen. */
  #giveUp(container: Container): void {
    const { path, slot } = container;
    const { registry } = this.#deps;
    if (container.candidate && registry.lives(container) && !this.#deps.populated(path)) {
      this.demote(container);
      return;
    }
    this.unresolved++;
    this.#unlocated.delete(container);
    const { name, image, podName } = container.facts;
    const unknown = name === '' && image === '' && podName === '';
    const what = unknown
      ? 'no container runtime knows this container: it is watched without metadata'
      : 'not all metadata of this container can be had yet: it is watched with what is known';
    const others = this.#unresolvedLines.take();
    if (others !== undefined)
      this.#deps.log.warn(what, { path, slot, ...(others > 0 ? { others_before: others } : {}) });
    if (unknown) this.#tell(Kind.ContainerUpdated, container);
  }

  #tell(kind: typeof Kind.ContainerStarted | typeof Kind.ContainerUpdated, container: Container): void {
    this.#deps.sink.append(containerRecord(kind, container, this.#deps.source.now()));
  }
}

/** A container that stopped has no state with its first process any more; who it was does not change. */
const keepProcess = (facts: ContainerFacts, before: ContainerFacts): ContainerFacts =>
  facts.initPid === 0 ? { ...facts, initPid: before.initPid, initStart: before.initStart } : facts;

/** What a complete look told stands: the source that an incomplete one misses may be the one that knew better. */
const addFacts = ({ facts, partial }: Container, more: ContainerFacts): ContainerFacts =>
  partial ? overlayFacts(facts, more) : overlayFacts(more, facts);
