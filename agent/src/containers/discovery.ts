import { type Log, messageOf } from '@picket/sdk';
import type { EventSource } from '../source/types.ts';
import { letOthersRun } from '../stages/yield.ts';
import type { CgroupEvent } from './cgroup-event.ts';
import { type CgroupClass, classifyCgroup, isContainerParent } from './cgroup-path.ts';
import { type Cgroup, cgroupId, cgroupProcesses, isPopulated, walkCgroups } from './cgroup-tree.ts';
import type { MetadataReader } from './metadata.ts';
import type { Container, ContainerRegistry } from './registry.ts';
import { RetryQueue } from './retry-queue.ts';
import type { ContainerTracker } from './tracker.ts';

/** Programs that make cgroups for containers, as the kernel shows their names (15 bytes). */
const RUNTIME = /^(?:docker-)?(?:runc|crun|youki|runsc|conmon|containerd-shim.*|runc:\[.*)$/;
/** Pauses before the looks whether a scope that systemd made belongs to a container, in ms. */
const SCOPE_MS = [50, 200, 1000];
/** Cgroups looked at before others get a turn. */
const A_TURN = 64;

export interface DiscoveryDeps {
  readonly root: string;
  readonly source: EventSource;
  readonly registry: ContainerRegistry;
  readonly tracker: ContainerTracker;
  readonly metadata: MetadataReader;
  readonly log: Log;
  /** Called for a container that had processes before it was found. */
  readonly onLate: (container: Container) => Promise<void>;
}

interface Scope {
  readonly cgroup: bigint;
  readonly path: string;
  readonly attempt: number;
}

/** Decides which cgroups are containers: from the tree at start and every minute, from cgroup records in between. */
export class Discovery {
  readonly #deps: DiscoveryDeps;
  readonly #ignored = new Set<bigint>();
  /** Cgroups that the last scan could not place; a record of them may still be on its way. */
  #unplaced = new Set<bigint>();
  #stopped = false;
  readonly #scopes = new RetryQueue<Scope>((scope) => void this.#lookAtScope(scope));

  constructor(deps: DiscoveryDeps) {
    this.#deps = deps;
  }

  /** Acts on a cgroup record. What it writes comes directly behind that record. */
  handle(event: CgroupEvent): void {
    if (event.kind === 'created') this.#created(event);
    else this.#removed(event.cgroup);
  }

  /**
   * Walks the whole tree: opens containers that are not known, closes those that are gone. Repairs what lost cgroup
   * records left behind.
   * @param first cgroups older than the probes are not seen anyway; a new one that no record told of gets until the next
   *   scan to explain itself, then the kernel is told to ignore it
   */
  async scan(first: boolean): Promise<void> {
    const before = [...this.#deps.registry.living()];
    const known = await this.#knownPaths();
    const top = cgroupId(this.#deps.root, '');
    if (first && top !== undefined) this.#deps.source.ignoreOld(top);
    const seen = new Set<bigint>();
    const unplaced = new Set<bigint>();
    let count = 0;
    for (const cgroup of walkCgroups(this.#deps.root)) {
      seen.add(cgroup.id);
      if (++count % A_TURN === 0) await letOthersRun();
      if (this.#stopped) return;
      if ((await this.#place(cgroup, known)) || this.#ignored.has(cgroup.id)) continue;
      if (first) this.#ignoreOld(cgroup.id);
      else if (this.#unplaced.has(cgroup.id)) this.#ignore(cgroup.id);
      else unplaced.add(cgroup.id);
    }
    if (this.#stopped) return;
    this.#unplaced = unplaced;
    this.#closeGone(before, seen);
    for (const cgroup of this.#ignored) if (!seen.has(cgroup)) this.#ignored.delete(cgroup);
  }

  stop(): void {
    this.#stopped = true;
    this.#scopes.stop();
  }

  #created(event: CgroupEvent): void {
    const { registry, tracker } = this.#deps;
    if (registry.byCgroup(event.cgroup)) return;
    const maker = this.#living(event.parent);
    if (maker) {
      // without its path: a container that makes many with long ones must not have the tree walked for each
      tracker.adopt(maker, event.cgroup);
      return;
    }
    const path = event.truncated ? this.#findPath(event) : event.path;
    const shown = classifyCgroup(path);
    const runtime = RUNTIME.test(event.comm);
    const owner = this.#ownerOf(path, shown !== undefined || runtime);
    if (owner) tracker.adopt(owner, event.cgroup);
    else if (shown) this.#openShown(shown, event.cgroup, path);
    else if (runtime && !isContainerParent(path))
      tracker.open({ cgroup: event.cgroup, path, id: lastName(path), runtime: '', candidate: true });
    else {
      this.#ignore(event.cgroup);
      if (path.endsWith('.scope')) this.#watchScope({ cgroup: event.cgroup, path, attempt: 0 });
    }
  }

  #living(cgroup: bigint): Container | undefined {
    const container = this.#deps.registry.byCgroup(cgroup);
    return container && this.#deps.registry.lives(container) ? container : undefined;
  }

  /**
   * The container of the cgroup that a new one lies in. A runtime that is given `/a/b` makes `/a` first, which is taken
   * for a container until `/a/b` comes: an empty candidate gives way.
   */
  #ownerOf(path: string, likely: boolean): Container | undefined {
    const { tracker, root } = this.#deps;
    const parent = cgroupId(root, path.slice(0, path.lastIndexOf('/')));
    const owner = parent === undefined ? undefined : this.#living(parent);
    if (!owner) return undefined;
    if (!owner.candidate || !likely || cgroupProcesses(root, owner.path).length > 0) return owner;
    tracker.demote(owner);
    this.#ignored.add(owner.cgroup);
    return undefined;
  }

  /** The path shows a container: this cgroup, or one above that was not known. */
  #openShown(shown: CgroupClass, cgroup: bigint, path: string): Container | undefined {
    const { tracker, root } = this.#deps;
    const { id, runtime } = shown;
    const pod = shown.podUid === undefined ? {} : { podUid: shown.podUid };
    const own = shown.root === path ? cgroup : cgroupId(root, shown.root);
    this.#ignored.delete(own ?? cgroup);
    const known = own === undefined ? undefined : this.#deps.registry.byCgroup(own);
    const container =
      known ?? tracker.open({ cgroup: own ?? cgroup, path: shown.root, id, runtime, candidate: false, ...pod });
    if (container && !container.cgroups.has(cgroup)) tracker.adopt(container, cgroup);
    return container;
  }

  #removed(cgroup: bigint): void {
    const { registry, tracker, source } = this.#deps;
    const container = registry.byCgroup(cgroup);
    this.#ignored.delete(cgroup);
    if (!container) source.forget(cgroup);
    else if (container.cgroup !== cgroup) registry.leave(cgroup, performance.now());
    else if (registry.lives(container)) tracker.close(container);
  }

  /** A runtime may be about to make a container of it all the same: a record of the kernel tells then. */
  #ignoreOld(cgroup: bigint): void {
    this.#ignored.add(cgroup);
    this.#deps.source.ignoreOld(cgroup);
  }

  #ignore(cgroup: bigint): void {
    this.#ignored.add(cgroup);
    this.#deps.source.ignore(cgroup);
  }

  /** Whether a cgroup of the tree belongs to a container; opens it when it is new and lives. */
  async #place(cgroup: Cgroup, known: ReadonlySet<string>): Promise<boolean> {
    const { registry, tracker, root } = this.#deps;
    if (registry.byCgroup(cgroup.id)) return true;
    const owner = this.#living(cgroup.parent);
    if (owner) {
      tracker.adopt(owner, cgroup.id);
      return true;
    }
    const shown = classifyCgroup(cgroup.path);
    if ((!shown && !known.has(cgroup.path)) || !isPopulated(root, cgroup.path)) return false;
    const container = shown ? this.#openShown(shown, cgroup.id, cgroup.path) : this.#openNamed(cgroup.id, cgroup.path);
    if (container) await this.#deps.onLate(container);
    return true;
  }

  /** A runtime's state names this cgroup; its id is in there too, so the path is what is looked up. */
  #openNamed(cgroup: bigint, path: string): Container | undefined {
    this.#ignored.delete(cgroup);
    return this.#deps.tracker.open({ cgroup, path, id: lastName(path), runtime: '', candidate: true });
  }

  #closeGone(before: readonly Container[], seen: ReadonlySet<bigint>): void {
    const { registry, tracker } = this.#deps;
    for (const container of before) {
      if (!registry.lives(container)) continue;
      if (!seen.has(container.cgroup)) tracker.close(container);
      else for (const cgroup of container.cgroups) if (!seen.has(cgroup)) registry.leave(cgroup, performance.now());
    }
  }

  #watchScope(scope: Scope): void {
    const pause = SCOPE_MS[scope.attempt];
    if (pause !== undefined) this.#scopes.add(scope, pause);
  }

  async #lookAtScope(scope: Scope): Promise<void> {
    const known = await this.#knownPaths();
    if (this.#stopped || !this.#ignored.has(scope.cgroup) || this.#deps.registry.byCgroup(scope.cgroup)) return;
    if (!known.has(scope.path)) {
      this.#watchScope({ ...scope, attempt: scope.attempt + 1 });
      return;
    }
    const container = this.#openNamed(scope.cgroup, scope.path);
    if (container) await this.#deps.onLate(container);
  }

  async #knownPaths(): Promise<Set<string>> {
    try {
      return await this.#deps.metadata.knownPaths();
    } catch (error) {
      this.#deps.log.warn('the states of the container runtimes can not be read', { why: messageOf(error) });
      return new Set();
    }
  }

  /** The kernel had no room for the whole path: the tree has it. */
  #findPath(event: CgroupEvent): string {
    for (const cgroup of walkCgroups(this.#deps.root)) if (cgroup.id === event.cgroup) return cgroup.path;
    return event.path;
  }
}

const lastName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
