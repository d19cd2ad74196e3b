import { readFileSync } from 'node:fs';
import { CaptureDecoder, EventCursor, FileOpen, Kind, kindInfo } from '@picket/sdk';
import { releaseBatch, unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import type { LoadResult } from '../../control-plane/src/detection/rules/load/rule.ts';
import { RuleEngine, type RuleEngineOptions } from '../../control-plane/src/detection/rules/rule-engine.ts';
import { RuleMemory } from '../../control-plane/src/detection/rules/stateful/rule-memory.ts';
import { NodeState } from '../../control-plane/src/detection/state/node-state.ts';
import { Partition } from '../../control-plane/src/partition.ts';
import type { Batch } from '../../control-plane/src/types.ts';
import { median } from '../statistics.ts';

const SEED = 1;

/** What went through in one pass, and the CPU time of this process for it. */
export interface RulePass {
  readonly events: number;
  readonly found: number;
  readonly cpuNs: number;
}

/** What a capture is made of. */
export interface Mix {
  readonly events: number;
  /** Records by name of the kind, the most first. */
  readonly kinds: readonly (readonly [kind: string, records: number])[];
  readonly paths: number;
  readonly processes: number;
}

/** The batches of a capture, unpacked; of its events about the first `most`. */
export function batchesOf(file: string, most: number): Batch[] {
  const out: Batch[] = [];
  let events = 0;
  for (const { batch, subject } of new CaptureDecoder().push(readFileSync(file))) {
    const unpacked = unpackBatch(batch, subject, out.length + 1);
    out.push(unpacked);
    events += unpacked.header.count;
    if (events >= most) break;
  }
  return out;
}

export function mixOf(batches: readonly Batch[]): Mix {
  const kinds = new Map<string, number>();
  const paths = new Set<string>();
  const processes = new Set<string>();
  const cursor = new EventCursor();
  let events = 0;
  for (const { records } of batches) {
    cursor.open(records);
    while (cursor.next()) {
      const name = kindInfo(cursor.kind)?.name ?? String(cursor.kind);
      kinds.set(name, (kinds.get(name) ?? 0) + 1);
      if (cursor.kind === Kind.FileOpen) paths.add(cursor.string(FileOpen.path));
      if (cursor.tgid !== 0) processes.add(`${cursor.tgid}.${cursor.start}`);
      events++;
    }
  }
  return { events, kinds: [...kinds].toSorted((a, b) => b[1] - a[1]), paths: paths.size, processes: processes.size };
}

/** Rules over batches with the state of the node applied, as a partition does, without alerts. */
export function engineRun(
  load: LoadResult,
  batches: readonly Batch[],
  options: RuleEngineOptions = {},
): () => RulePass {
  const engine = new RuleEngine(load, { seed: SEED, ...options });
  return () =>
    timed(() => {
      const [state, memories, cursor] = [new NodeState('bench'), new RuleMemory(), new EventCursor()];
      let [events, found] = [0, 0];
      const emit = () => {
        found++;
      };
      for (const batch of batches) {
        state.begin(batch.header);
        const memory = memories.begin(batch, engine.programs);
        cursor.open(batch.records);
        while (cursor.next()) {
          events++;
          state.apply(cursor);
          engine.evaluate(cursor, state, batch, emit, memory);
        }
        engine.settle(state, batch, emit, memory);
      }
      return { events, found };
    });
}

/** All that a capture goes through on its way to alerts: read, unpacked, walked, state, rules, alerts. */
export function replayRun(load: LoadResult, file: string, most: number): () => RulePass {
  const engine = new RuleEngine(load, { seed: SEED });
  return () =>
    timed(() => {
      const partition = new Partition(() => engine);
      const alerts = new Set<string>();
      let [events, sequence] = [0, 0];
      for (const { batch, subject } of new CaptureDecoder().push(readFileSync(file))) {
        const unpacked = unpackBatch(batch, subject, ++sequence);
        for (const { uuid } of partition.handle(unpacked)) alerts.add(uuid);
        events += unpacked.header.count;
        releaseBatch(unpacked);
        if (events >= most) break;
      }
      for (const { uuid } of partition.flush()) alerts.add(uuid);
      return { events, found: alerts.size };
    });
}

/** The records of one kind alone, evaluated with what the whole capture tells of the node. */
export function kindRun(load: LoadResult, batches: readonly Batch[], kind: number): () => RulePass {
  const engine = new RuleEngine(load, { seed: SEED });
  const state = new NodeState('bench');
  const cursor = new EventCursor();
  const parts = batches.map((batch) => {
    state.begin(batch.header);
    cursor.open(batch.records);
    const own: Uint8Array[] = [];
    while (cursor.next()) {
      state.apply(cursor);
      if (cursor.kind === kind) own.push(batch.records.subarray(cursor.at, cursor.at + cursor.length));
    }
    return { ...batch, records: new Uint8Array(Buffer.concat(own)) };
  });
  return () =>
    timed(() => {
      const memories = new RuleMemory();
      let [events, found] = [0, 0];
      const emit = () => {
        found++;
      };
      for (const batch of parts) {
        const memory = memories.begin(batch, engine.programs);
        cursor.open(batch.records);
        while (cursor.next()) {
          events++;
          engine.evaluate(cursor, state, batch, emit, memory);
        }
      }
      return { events, found };
    });
}

function timed(pass: () => Omit<RulePass, 'cpuNs'>): RulePass {
  const before = process.cpuUsage();
  const counts = pass();
  const { user, system } = process.cpuUsage(before);
  return { ...counts, cpuNs: (user + system) * 1000 };
}

/** Events of one measured turn: short captures go through several times. */
const TURN = 100_000;

export interface Effort {
  readonly turns: number;
  /** Events until the runtime has compiled what is hot. */
  readonly warmUp: number;
}

/** The middle of some turns. Counts are those of one pass. */
export function measured(pass: () => RulePass, { turns, warmUp }: Effort): RulePass {
  let first = pass();
  const perTurn = Math.max(1, Math.ceil(TURN / Math.max(1, first.events)));
  // a kind with few events is not worth many passes
  const before = Math.min(500, Math.ceil(warmUp / Math.max(1, first.events)));
  for (let i = 0; i < before; i++) first = pass();
  const passes = Math.min(100, perTurn);
  const all = Array.from({ length: turns }, () => {
    let cpuNs = 0;
    for (let i = 0; i < passes; i++) cpuNs += pass().cpuNs;
    return cpuNs / passes;
  });
  return { ...first, cpuNs: median(all) };
}
