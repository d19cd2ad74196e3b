import { mkdirSync, rmdirSync } from 'node:fs';
import type { CgroupEvent } from '../containers/cgroup-event.ts';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { cgroupId, isPopulated } from '../containers/cgroup-tree.ts';
import { Discovery } from '../containers/discovery.ts';
import { LateProcesses } from '../containers/late-processes.ts';
import { MetadataReader } from '../containers/metadata.ts';
import { ProcTable } from '../containers/proc-table.ts';
import { ContainerRegistry } from '../containers/registry.ts';
import { OciSource } from '../containers/sources/oci-source.ts';
import { ContainerTracker } from '../containers/tracker.ts';
import { CollectingSink, collectingLog, type Described } from './collect.ts';
import { FakeSource } from './fake-source.ts';

const mounts = findCgroupMounts();

/**
 * Discovery with real containers, cgroups and /proc. The source is a stand-in because the tests are about what discovery
 * asks the kernel to trace and when, and because records must come late, twice or never, which the kernel does not do on
 * request. The containers of other tests come and go meanwhile, so that only what a test made itself is looked at.
 */
export class DiscoveryRig {
  readonly source = new FakeSource();
  readonly registry = new ContainerRegistry(64);
  readonly sink = new CollectingSink();
  readonly discovery: Discovery;
  readonly late: LateProcesses;
  /** Lines of the log, and paths of containers that ended. */
  readonly lines: string[];
  readonly closed: string[] = [];
  readonly #tracker: ContainerTracker;
  readonly #made: string[] = [];

  /** @param runtimeRoots where states of runtimes are looked for */
  constructor(runtimeRoots: readonly string[] = ['/run/runc']) {
    const { source, registry, sink } = this;
    const { root } = mounts;
    const { log, lines } = collectingLog();
    this.lines = lines;
    const metadata = new MetadataReader({
      oci: new OciSource({ mounts, runtimeRoots, dockerRoots: [], log }),
      sources: [],
      log,
    });
    this.#tracker = new ContainerTracker({
      source,
      registry,
      metadata,
      sink,
      log,
      onOpened: () => undefined,
      onClosing: (container) => void this.closed.push(container.path),
      onRefused: () => undefined,
      populated: (path) => isPopulated(root, path),
    });
    const look = () => new ProcTable(root, () => source.now());
    this.late = new LateProcesses({ root, registry, sink, look, log });
    this.discovery = new Discovery({
      root,
      source,
      registry,
      tracker: this.#tracker,
      metadata,
      log,
      onLate: async (container) => this.late.add(container),
    });
  }

  /** Makes an empty cgroup and returns the record that the kernel would send. */
  makeCgroup(path: string, comm: string): CgroupEvent {
    mkdirSync(`${mounts.root}${path}`);
    this.#made.push(path);
    return created(path, comm);
  }

  /** Removes the cgroup that was made last, and tells nobody. */
  removeLast(): void {
    rmdirSync(`${mounts.root}${this.#made.pop()}`);
  }

  /** Calls about one cgroup. */
  callsFor(cgroup: bigint): string[] {
    return this.source.calls.filter((call) => call.split(' ')[1] === String(cgroup));
  }

  recordsOf(cgroup: bigint, kind: string): Described[] {
    return this.sink.of(kind).filter((record) => record.cgroup === String(cgroup));
  }

  /** Undefined until there is one. */
  firstOf(cgroup: bigint, kind: string): Described | undefined {
    return this.recordsOf(cgroup, kind)[0];
  }

  [Symbol.dispose](): void {
    this.#tracker.stop();
    this.discovery.stop();
    this.late.stop();
    while (this.#made.length > 0) this.removeLast();
  }
}

/** The record of a cgroup that is there. */
export const created = (path: string, comm: string): CgroupEvent => ({
  kind: 'created',
  cgroup: cgroupId(mounts.root, path) ?? 0n,
  parent: 1n,
  path,
  truncated: false,
  comm,
});

const hex = (digits: number) =>
  Array.from({ length: digits }, () => '0123456789abcdef'[Math.floor(Math.random() * 16)]).join('');

/** A path that no other test uses: one that shows nothing, and one that shows a container. */
export const plainPath = (name: string) => `/${name}-${process.pid}-${hex(8)}`;
export const dockerPath = (above = '') => `${above}/docker-${hex(64)}.scope`;
