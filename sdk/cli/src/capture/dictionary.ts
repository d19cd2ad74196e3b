import { BatchError, type BatchHeader, EventCursor, HeaderFlag, Kind } from '@picket/sdk';
import { unpackBatch } from './unpack.ts';

/** Kinds that are about the node and not about a process in a container. */
const ABOUT_THE_NODE = new Set<number>([Kind.SensorLoss, Kind.CgroupCreated, Kind.CgroupRemoved]);

/**
 * Watches whether a recording explains itself: whether each container is described before its events, and
 * whether a snapshot of each node is in it.
 */
export class DictionaryWatch {
  readonly #known = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #nodes = new Set<string>();
  readonly #snapshots = new Set<string>();
  readonly #cursor = new EventCursor();
  #events = 0;
  #early = 0;
  #unreadable = 0;

  /** Looks at one batch. One that can not be read is counted. */
  add(batch: Uint8Array): void {
    try {
      const { header, records } = unpackBatch(batch);
      this.look(header, records);
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      this.#unreadable++;
    }
  }

  /** Looks at one batch that was unpacked. */
  look(header: BatchHeader, records: Uint8Array): void {
    this.#nodes.add(header.node);
    this.#walk(header.node, `${header.node}/${header.agentEpoch}`, records);
  }

  #walk(node: string, agent: string, records: Uint8Array): void {
    const cursor = this.#cursor.open(records);
    while (cursor.next()) {
      const key = `${agent}/${cursor.slot}/${cursor.generation}`;
      const { kind } = cursor;
      if (kind === Kind.ContainerStarted || kind === Kind.ContainerUpdated) {
        // without a slot: users and groups of the node itself
        if (cursor.slot !== 0) this.#known.add(key);
        if (cursor.flags & HeaderFlag.snapshot) this.#snapshots.add(node);
        continue;
      }
      this.#events++;
      if (cursor.slot === 0 || ABOUT_THE_NODE.has(kind) || this.#known.has(key)) continue;
      this.#unknown.add(key);
      this.#early++;
    }
    if (cursor.malformed) this.#unreadable++;
  }

  /** Sentences about what was recorded and what is missing in it. */
  report(): string[] {
    const lines = [
      `${count(this.#events, 'event')} of ${count(this.#known.size, 'container')} on ${count(this.#nodes.size, 'node')}`,
    ];
    if (this.#unreadable > 0)
      lines.push(`${count(this.#unreadable, 'batch', 'batches')} could not be read; kept as they came`);
    if (this.#early > 0)
      lines.push(
        `${count(this.#early, 'event')} of ${count(this.#unknown.size, 'container')} came before a description of the container: in a replay alerts about them name no container`,
      );
    const without = [...this.#nodes].filter((node) => !this.#snapshots.has(node));
    if (without.length > 0)
      lines.push(
        `no snapshot came from ${without.join(', ')}: containers and processes that already ran are not described; one comes every 60 s, record longer to have it`,
      );
    return lines;
  }
}

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
