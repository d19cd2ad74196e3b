import { EventCursor, encodeRecord, Kind } from '@picket/sdk';
import type { Batch } from '../../types.ts';
import { NodeState } from '../state/node-state.ts';
import type { RuleEngine } from './rule-engine.ts';
import { RuleMemory } from './stateful/rule-memory.ts';

export interface OpenWorkload {
  /** Records a batch. */
  readonly records: number;
  /** Different paths among them; when it equals `records` each batch brings new ones. */
  readonly paths: number;
  readonly batches: number;
}

export interface OpenMeasure {
  readonly events: number;
  /** CPU time per event in ns, walking the batch and applying it to the node state included. */
  readonly nsPerEvent: number;
  readonly findings: number;
  readonly decided: number;
}

const DIRECTORIES = [
  '/usr/share/zoneinfo/Europe',
  '/srv/app/node_modules/express/lib',
  '/proc/1234/task/1234',
  '/var/cache/app',
];

/**
 * Measures an engine on file.open events that match nothing: reads of ordinary files by one known process. Batches are made
 * beforehand, so that only detection is timed.
 */
export function measureOpens(engine: RuleEngine, workload: OpenWorkload): OpenMeasure {
  const distinct = workload.paths >= workload.records;
  const batches = Array.from({ length: distinct ? workload.batches : 1 }, (_, i) => makeBatch(workload, i));
  const state = new NodeState('bench');
  const cursor = new EventCursor();
  const memories = new RuleMemory();
  let findings = 0;
  const emit = () => {
    findings++;
  };
  const before = engine.screenCounts.decided;
  const begin = process.cpuUsage();
  for (let i = 0; i < workload.batches; i++) {
    const batch = batches[i % batches.length] as Batch;
    const memory = memories.begin(batch, engine.programs);
    cursor.open(batch.records);
    while (cursor.next()) {
      state.apply(cursor);
      engine.evaluate(cursor, state, batch, emit, memory);
    }
    engine.settle(state, batch, emit, memory);
  }
  const used = process.cpuUsage(begin);
  const events = workload.batches * workload.records;
  const nsPerEvent = ((used.user + used.system) * 1000) / events;
  return { events, nsPerEvent, findings, decided: engine.screenCounts.decided - before };
}

function makeBatch(workload: OpenWorkload, number: number): Batch {
  const records: Uint8Array[] = [];
  for (let i = 0; i < workload.records; i++) {
    const path = i % workload.paths;
    const unique = workload.paths >= workload.records ? `${number}-` : '';
    const name = `${DIRECTORIES[path % DIRECTORIES.length]}/entry-${unique}${path}.dat`;
    records.push(
      encodeRecord(
        Kind.FileOpen,
        {
          time: 1_000_000 + i,
          sequence: i + 1,
          tgid: 77,
          tid: 77,
          start: 500,
          slot: 1,
          generation: 1,
          syscall: 257,
          result: 3,
        },
        { inode: path, open_flags: 0, file_mode: 0o100644, count: 1, links: 1, path: name },
      ),
    );
  }
  return {
    header: {
      codec: 0,
      count: records.length,
      rawLength: 0,
      firstSequence: 1n,
      agentEpoch: 1n,
      wallOffset: 0n,
      watermark: 0n,
      bootId: new Uint8Array(16),
      node: 'bench',
      losses: [],
    },
    records: concat(records),
    partition: 0,
    token: 'bench',
    streamSequence: number,
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
