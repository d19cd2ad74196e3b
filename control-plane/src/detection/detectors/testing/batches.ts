import { EventCursor, encodeRecord, type FieldValue, Kind } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { NodeState } from '../../state/node-state.ts';

const WALL_OFFSET = 1_800_000_000_000_000_000n;

interface Fields {
  readonly [name: string]: FieldValue;
}

/** Nodes played in memory: batches of records with the state that a partition would have after them. */
export class PlayedNode {
  readonly name: string;
  readonly state: NodeState;
  readonly epoch: bigint;
  #sequence = 0;
  #stream = 0;
  time = 1_000_000_000_000;

  constructor(name = 'node-a', epoch = 1n, state = new NodeState(name)) {
    this.name = name;
    this.epoch = epoch;
    this.state = state;
  }

  container(slot: number, namespace: string, more: Fields = {}): Uint8Array {
    const body = {
      id: `c${slot}`.padEnd(64, '0'),
      name: `app-${slot}`,
      image: 'shop:1',
      pod_namespace: namespace,
      ...more,
    };
    return this.#record(Kind.ContainerStarted, { slot, generation: 1, cgroup: 900 + slot }, body);
  }

  exec(slot: number, tgid: number, path = '/bin/true'): Uint8Array {
    const header = {
      ...(slot === 0 ? { flags: 256 } : { slot, generation: 1, cgroup: 900 + slot }),
      tgid,
      start: tgid,
    };
    return this.#record(Kind.ProcessExec, header, { path, args: [path, 'x'], comm: 'true' });
  }

  open(slot: number, tgid: number): Uint8Array {
    return this.#record(Kind.FileOpen, { slot, generation: 1, tgid, start: tgid }, { path: '/etc/hosts' });
  }

  /** A batch of records, applied to the state. @param seconds of event time since the last one */
  batch(records: readonly Uint8Array[], seconds = 0): Batch {
    this.time += seconds * 1e9;
    const bytes = new Uint8Array(Buffer.concat(records));
    const header = {
      codec: 0 as const,
      count: records.length,
      rawLength: bytes.length,
      firstSequence: BigInt(this.#sequence - records.length + 1),
      agentEpoch: this.epoch,
      wallOffset: WALL_OFFSET,
      watermark: BigInt(this.time),
      bootId: new Uint8Array(16).fill(this.name.charCodeAt(this.name.length - 1)),
      node: this.name,
      losses: [],
    };
    this.state.begin(header);
    const cursor = new EventCursor().open(bytes);
    while (cursor.next()) this.state.apply(cursor);
    return { header, records: bytes, partition: 3, token: 'token', streamSequence: ++this.#stream };
  }

  /** A microsecond goes by. */
  tick(): number {
    this.time += 1000;
    return this.time;
  }

  #record(kind: number, header: Record<string, number>, body: Fields): Uint8Array {
    this.#sequence++;
    return encodeRecord(kind, { time: this.tick(), tid: 1, ppid: 1, sequence: this.#sequence, ...header }, body);
  }
}
