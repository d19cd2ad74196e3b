import type { BatchHeader } from '@picket/sdk';
import type { Container } from '../../../types.ts';
import { type WorkloadKey, workloadKey } from '../features/workload-key.ts';
import { ContainerLife, type SavedLife } from './container-life.ts';
import type { ContainerScores } from './engine-stats.ts';

/** Containers of which something is kept, in one partition. */
const MOST = 20_000;
/** Event time between two looks for containers that are gone, ms. */
const SWEEP_MS = 60_000;
/** What is kept after a container has stopped, ms: its last windows come late. */
const KEEP_MS = 180_000;

/** Knows whether a container is still there; `ContainerTable` is one. */
export interface KnownContainers {
  findCgroup(cgroup: number): Container | undefined;
}

/** What is kept of the containers of one partition; bounded. */
export class ContainerLives {
  readonly #all = new Map<string, ContainerLife>();
  #byObject = new WeakMap<Container, ContainerLife>();
  readonly #swept = new Map<string, number>();
  /** Forgotten for want of room. */
  evicted = 0;

  get size(): number {
    return this.#all.size;
  }

  /** The newest scores of some containers, of those that something was heard of since the start. */
  scores(wanted: (life: ContainerLife) => boolean): ContainerScores[] {
    return [...this.#all.values()].flatMap((life) => {
      const { container, node } = life;
      return container && wanted(life)
        ? [{ id: container.id, name: container.name || null, node, scores: life.recent() }]
        : [];
    });
  }

  known(container: Container): ContainerLife | undefined {
    return this.#byObject.get(container);
  }

  /** @param at CLOCK_BOOTTIME in ms */
  of(container: Container, header: Pick<BatchHeader, 'node' | 'bootId'>, at: number): ContainerLife {
    const known = this.#byObject.get(container);
    if (known) return known;
    const boot = Buffer.from(header.bootId).toString('hex');
    const { node } = header;
    const fresh = new ContainerLife(node, boot, container.cgroup, at);
    const life = this.#all.get(fresh.place) ?? this.#add(fresh);
    if (life.container !== undefined) life.marks.clear();
    life.container = container;
    life.name = undefined;
    this.#byObject.set(container, life);
    return life;
  }

  /** Records told more of these: their names are made anew. */
  renamed(containers: Iterable<Container>): void {
    for (const container of containers) {
      const life = this.#byObject.get(container);
      if (life) life.name = undefined;
    }
  }

  /** The workload of a container; undefined while it is not known. */
  nameOf(life: ContainerLife): WorkloadKey | undefined {
    if (life.name === undefined && life.container) life.name = workloadKey(life.container);
    return life.name;
  }

  /** Forgets containers of a node that are gone. @param now CLOCK_BOOTTIME in ms */
  sweep(node: string, known: KnownContainers, now: number): void {
    const last = this.#swept.get(node) ?? Number.NEGATIVE_INFINITY;
    // a node that was booted anew begins its time anew
    if (now >= last && now - last < SWEEP_MS) return;
    this.#swept.set(node, now);
    for (const [name, life] of this.#all) {
      if (life.node !== node || Math.abs(now - life.until) < KEEP_MS) continue;
      const container = known.findCgroup(Number(life.cgroup));
      if (container === undefined || container.stopped > 0) this.#all.delete(name);
    }
  }

  #add(life: ContainerLife): ContainerLife {
    if (this.#all.size >= MOST) {
      const [oldest] = this.#all.keys();
      if (oldest !== undefined) this.#all.delete(oldest);
      this.evicted++;
    }
    this.#all.set(life.place, life);
    return life;
  }

  save(): SavedLife[] {
    return [...this.#all.values()].map((life) => life.save());
  }

  restore(saved: readonly SavedLife[]): void {
    this.#all.clear();
    this.#byObject = new WeakMap();
    this.#swept.clear();
    for (const one of saved.slice(0, MOST))
      this.#add(new ContainerLife(one.node, one.boot, one.cgroup, one.until, one));
  }
}
