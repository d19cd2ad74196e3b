import { encodeRecord, Kind, type Log, messageOf } from '@picket/sdk';
import type { CgroupMounts } from '../../containers/cgroup-root.ts';
import { cgroupProcesses, walkCgroups } from '../../containers/cgroup-tree.ts';
import type { Container } from '../../containers/registry.ts';
import type { EventSource } from '../../source/types.ts';
import type { RecordSink } from '../record-sink.ts';
import { letOthersRun } from '../yield.ts';
import { type ControlFile, controlFiles } from './control-files.ts';
import { FIRST_LEVEL, Figure } from './figures.ts';
import { FilePool } from './file-pool.ts';

/** Containers looked at before others get a turn: some 2 ms. */
const A_TURN = 64;
const MICROSECOND_NS = 1000;
const MOST_U32 = 4_294_967_295;

interface Meter {
  /** Undefined until a process of the container showed where they are. */
  files: readonly ControlFile[] | undefined;
  /** What was read last. */
  readonly figures: Float64Array;
  from: bigint;
}

export interface ResourceDeps {
  readonly source: Pick<EventSource, 'networkBytes' | 'now'>;
  readonly mounts: CgroupMounts;
  readonly sink: RecordSink;
  readonly log: Log;
}

/**
 * Says what each container used, one `window.resources` record a container and window in which it used anything: CPU,
 * disk or network, or its memory or tasks are not what they were.
 */
export class ResourceWindows {
  /** Windows that began late because the one before was still under way; files that could not be read. */
  readonly stats = { late: 0, unreadable: 0 };
  readonly #deps: ResourceDeps;
  readonly #pool: FilePool;
  readonly #open = new Map<Container, Meter>();
  readonly #fresh = new Float64Array(Figure.size);
  readonly #network = new Float64Array(2);
  #running = false;
  #stopped = false;

  constructor(deps: ResourceDeps, pool = new FilePool()) {
    this.#deps = deps;
    this.#pool = pool;
  }

  /** Starts with a container. What it used before, and what the last user of its slot sent, is not of the next window. */
  open(container: Container): void {
    const meter = { files: undefined, figures: new Float64Array(Figure.size), from: this.#deps.source.now() };
    this.#open.set(container, meter);
    this.#locate(container, meter);
    this.#read(container, meter, meter.figures);
  }

  /** The last window of a container; its cgroup is gone, so that only the network can be told. */
  close(container: Container): Uint8Array | undefined {
    const record = this.next(container);
    for (const { path } of this.#open.get(container)?.files ?? []) this.#pool.close(path);
    this.#open.delete(container);
    return record;
  }

  /** Ends the windows of containers, with pauses for the rest of the process. Does nothing while it is at it already. */
  async sample(containers: Iterable<Container>): Promise<void> {
    if (this.#running) {
      this.stats.late++;
      return;
    }
    this.#running = true;
    try {
      await this.#sample([...containers]);
    } catch (error) {
      const why = messageOf(error);
      this.#deps.log.error('the resources of the containers can not be read, the next look comes', { why });
    } finally {
      this.#running = false;
    }
  }

  async #sample(containers: readonly Container[]): Promise<void> {
    for (const [i, container] of containers.entries()) {
      if (i > 0 && i % A_TURN === 0) await letOthersRun();
      if (this.#stopped) return;
      const record = this.next(container);
      if (record) this.#deps.sink.append(record);
    }
  }

  /** Ends a sample that is under way: the source is about to go. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends the window of a container and begins the next; undefined when nothing changed. */
  next(container: Container): Uint8Array | undefined {
    const meter = this.#open.get(container);
    if (!meter) return undefined;
    if (!meter.files) this.#locate(container, meter);
    this.#fresh.set(meter.figures);
    this.#read(container, meter, this.#fresh);
    const to = this.#deps.source.now();
    const from = meter.from;
    meter.from = to;
    if (this.#fresh.every((figure, i) => figure === meter.figures[i])) return undefined;
    const record = this.#record(container, meter.figures, from, to);
    meter.figures.set(this.#fresh);
    return record;
  }

  /** A cgroup is empty until its runtime has put the first process in, and set up all its controllers. */
  #locate(container: Container, meter: Meter): void {
    const { mounts } = this.#deps;
    const pid = firstProcess(mounts.root, container.path);
    if (pid !== undefined) meter.files = controlFiles(mounts, container.path, pid);
  }

  #read(container: Container, meter: Meter, out: Float64Array): void {
    for (const { path, read } of meter.files ?? []) {
      const text = this.#textOf(path);
      if (text !== undefined) read(text, out);
    }
    if (!this.#deps.source.networkBytes(container.slot, this.#network)) return;
    out[Figure.received] = this.#network[0] ?? 0;
    out[Figure.sent] = this.#network[1] ?? 0;
  }

  #textOf(path: string): string | undefined {
    try {
      return this.#pool.read(path);
    } catch {
      // A file that may not be read leaves its figure 0; the others still count.
      this.stats.unreadable++;
      return undefined;
    }
  }

  #record({ cgroup, slot, generation }: Container, before: Float64Array, from: bigint, to: bigint): Uint8Array {
    const value = (figure: number) => {
      const now = this.#fresh[figure] ?? 0;
      return figure < FIRST_LEVEL ? Math.max(0, now - (before[figure] ?? 0)) : now;
    };
    return encodeRecord(
      Kind.WindowResources,
      { time: to, cgroup, slot, generation },
      {
        from,
        to,
        cpu: value(Figure.cpu) * MICROSECOND_NS,
        memory: value(Figure.memory),
        read: value(Figure.read),
        written: value(Figure.written),
        received: value(Figure.received),
        sent: value(Figure.sent),
        pids: Math.min(value(Figure.pids), MOST_U32),
        throttled: Math.min(value(Figure.throttled), MOST_U32),
      },
    );
  }
}

/** A process of the cgroup or of one below it. */
function firstProcess(root: string, path: string): number | undefined {
  const own = cgroupProcesses(root, path)[0];
  if (own !== undefined) return own;
  for (const below of walkCgroups(root, path)) {
    const [pid] = cgroupProcesses(root, below.path);
    if (pid !== undefined) return pid;
  }
  return undefined;
}
