import { ContainerFlag, ContainerStarted, type EventCursor, Header, HeaderFlag } from '@picket/sdk';
import type { Accounts, Container } from '../../types.ts';

/** How a container is written while it is built up. */
export type MutableContainer = { -readonly [K in keyof Container]: Container[K] };

interface Slot {
  current: MutableContainer;
  /** The container that had the slot before: its last events may still come. */
  previous: MutableContainer | undefined;
}

/** The containers of one node by slot and generation: two generations a slot, so it is bounded. */
export class ContainerTable {
  readonly #slots = new Map<number, Slot>();
  readonly #byCgroup = new Map<number, MutableContainer>();
  readonly #told = new Set<Container>();
  #host: Accounts = NO_ACCOUNTS;
  /** Changes whenever something is told of a container, or of the accounts of the node. */
  changes = 0;

  /** Users and groups of the node itself. */
  get host(): Accounts {
    return this.#host;
  }

  /** Containers that records have told of since `forgetTold`. */
  get told(): ReadonlySet<Container> {
    return this.#told;
  }

  forgetTold(): void {
    this.#told.clear();
  }

  /** Containers that were not seen to stop. */
  get running(): number {
    let count = 0;
    for (const { current } of this.#slots.values()) if (current.stopped === 0) count++;
    return count;
  }

  find(slot: number, generation: number): Container | undefined {
    const entry = this.#slots.get(slot);
    if (entry?.current.generation === generation) return entry.current;
    return entry?.previous?.generation === generation ? entry.previous : undefined;
  }

  /** For records that came before their cgroup had a slot. */
  findCgroup(cgroup: number): Container | undefined {
    return this.#byCgroup.get(cgroup);
  }

  /** container.started and container.updated have the same layout and the same effect. */
  upsert(cursor: EventCursor): void {
    const { slot, generation } = cursor;
    this.changes++;
    if (slot === 0) {
      if ((cursor.flags & HeaderFlag.host) !== 0) this.#host = readAccounts(cursor, this.#host);
      return;
    }
    const cgroup = cursor.u64(Header.cgroup);
    const entry = this.#slots.get(slot);
    for (const kept of [entry?.current, entry?.previous]) {
      if (kept?.generation !== generation || kept.cgroup !== String(cgroup)) continue;
      readContainer(kept, cursor);
      this.#told.add(kept);
      return;
    }
    const known = entry?.current;
    const fresh = emptyContainer(slot, generation, String(cgroup));
    readContainer(fresh, cursor);
    this.#told.add(fresh);
    if (known && known.stopped === 0) known.stopped = cursor.time;
    if (entry?.previous) this.#forgetCgroup(entry.previous);
    this.#slots.set(slot, { current: fresh, previous: known?.generation === generation ? undefined : known });
    if (known?.generation === generation) this.#forgetCgroup(known);
    this.#byCgroup.set(cgroup, fresh);
  }

  stop(cursor: EventCursor): void {
    const container = this.find(cursor.slot, cursor.generation);
    if (container && container.stopped === 0) container.stopped = cursor.time;
  }

  /** Every container kept, the running one of a slot after the one before it. */
  *all(): Generator<Container> {
    for (const { current, previous } of this.#slots.values()) {
      if (previous) yield previous;
      yield current;
    }
  }

  clear(): void {
    this.changes++;
    this.#slots.clear();
    this.#byCgroup.clear();
    this.#told.clear();
    this.#host = NO_ACCOUNTS;
  }

  /** Puts back what `all` and `host` gave. */
  restore(containers: readonly MutableContainer[], host: Accounts = NO_ACCOUNTS): void {
    this.clear();
    this.#host = host;
    for (const container of containers) {
      this.#slots.set(container.slot, { current: container, previous: this.#slots.get(container.slot)?.current });
      this.#byCgroup.set(Number(container.cgroup), container);
    }
  }

  #forgetCgroup(container: Container): void {
    const cgroup = Number(container.cgroup);
    if (this.#byCgroup.get(cgroup) === container) this.#byCgroup.delete(cgroup);
  }
}

export const emptyContainer = (slot: number, generation: number, cgroup: string): MutableContainer => ({
  slot,
  generation,
  cgroup,
  id: '',
  name: '',
  runtime: '',
  image: '',
  imageDigest: '',
  ip: '',
  podName: '',
  podNamespace: '',
  podUid: '',
  workload: '',
  serviceAccount: '',
  labels: [],
  mounts: [],
  cni: '',
  healthcheck: '',
  livenessProbe: '',
  readinessProbe: '',
  users: [],
  groups: [],
  cgroupPath: '',
  started: 0,
  initPid: 0,
  initStart: 0,
  flags: 0,
  stopped: 0,
});

export const NO_ACCOUNTS: Accounts = { users: [], groups: [] };

/** Whether the agent knew the fields that the event schema has since 1.2: before, the tail of the record begins there. */
const tellsAccounts = (cursor: EventCursor): boolean => cursor.u16(ContainerStarted.id) >= ContainerStarted.size;

/** Every record states them whole. Lists that say the same stay the same object: what was made of them is kept by it. */
function readAccounts(cursor: EventCursor, old: Accounts): Accounts {
  const same = (read: readonly string[], known: readonly string[]) =>
    read.length === known.length && read.every((entry, i) => entry === known[i]) ? known : read;
  return {
    users: same(cursor.strings(ContainerStarted.users), old.users),
    groups: same(cursor.strings(ContainerStarted.groups), old.groups),
  };
}

/** A partial record does not blank what is known already. */
function readContainer(into: MutableContainer, cursor: EventCursor): void {
  const flags = cursor.u32(ContainerStarted.containerFlags);
  const partial = (flags & ContainerFlag.partial) !== 0;
  const text = (offset: number, old: string) => (partial ? cursor.string(offset) || old : cursor.string(offset));
  const list = (offset: number, old: readonly string[]) => {
    const read = cursor.strings(offset);
    return partial && read.length === 0 ? old : read;
  };
  const wasComplete = into.id !== '' && (into.flags & ContainerFlag.partial) === 0;
  into.id = text(ContainerStarted.id, into.id);
  into.name = text(ContainerStarted.name, into.name);
  into.runtime = text(ContainerStarted.runtime, into.runtime);
  into.image = text(ContainerStarted.image, into.image);
  into.imageDigest = text(ContainerStarted.imageDigest, into.imageDigest);
  into.ip = text(ContainerStarted.ip, into.ip);
  into.podName = text(ContainerStarted.podName, into.podName);
  into.podNamespace = text(ContainerStarted.podNamespace, into.podNamespace);
  into.podUid = text(ContainerStarted.podUid, into.podUid);
  into.workload = text(ContainerStarted.workload, into.workload);
  into.serviceAccount = text(ContainerStarted.serviceAccount, into.serviceAccount);
  into.cni = text(ContainerStarted.cni, into.cni);
  into.healthcheck = text(ContainerStarted.healthcheck, into.healthcheck);
  into.cgroupPath = text(ContainerStarted.cgroupPath, into.cgroupPath);
  into.labels = list(ContainerStarted.labels, into.labels);
  into.mounts = list(ContainerStarted.mounts, into.mounts);
  into.started = cursor.u64(ContainerStarted.started) || into.started;
  into.initPid = cursor.u32(ContainerStarted.initPid) || into.initPid;
  into.initStart = cursor.u64(ContainerStarted.initStart) || into.initStart;
  into.flags = partial && wasComplete ? into.flags : flags;
  if (!tellsAccounts(cursor)) return;
  into.livenessProbe = text(ContainerStarted.livenessProbe, into.livenessProbe);
  into.readinessProbe = text(ContainerStarted.readinessProbe, into.readinessProbe);
  Object.assign(into, readAccounts(cursor, into));
}
