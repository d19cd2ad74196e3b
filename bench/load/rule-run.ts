import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureDecoder, type CapturedMessage, EventCursor, FileOpen, Kind, kindInfo } from '@picket/sdk';
import { releaseBatch, unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import type { LoadResult } from '../../control-plane/src/detection/rules/load/rule.ts';
import { RuleEngine, type RuleEngineOptions } from '../../control-plane/src/detection/rules/rule-engine.ts';
import { RuleMemory } from '../../control-plane/src/detection/rules/stateful/rule-memory.ts';
import { NodeState } from '../../control-plane/src/detection/state/node-state.ts';
import { Partition } from '../../control-plane/src/partition.ts';
import type { Batch } from '../../control-plane/src/types.ts';
import { median } from '../statistics.ts';

const SEED = 1;
const NO_KIND = -1;
const PIECE = 1024 * 1024;

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

/** The messages of a capture; reads no further than they are asked for. */
function* messagesOf(file: string): Generator<CapturedMessage> {
  const descriptor = openSync(file, 'r');
  try {
    const decoder = new CaptureDecoder();
    for (;;) {
      // another one each time: the decoder keeps what is not whole yet
      const piece = Buffer.allocUnsafeSlow(PIECE);
      const size = readSync(descriptor, piece, 0, PIECE, null);
      if (size === 0) return;
      yield* decoder.push(piece.subarray(0, size));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The batches of a capture, unpacked; of its events about the first `most`. */
export function batchesOf(file: string, most: number): Batch[] {
  const out: Batch[] = [];
  let events = 0;
  for (const { batch, subject } of messagesOf(file)) {
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
      for (const { batch, subject } of messagesOf(file)) {
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

/**
 * What the rules take for the records of one kind, where they stand among all others: the time of a pass in which they alone are
 * evaluated, less that of one in which none are.
 */
export function kindRun(load: LoadResult, batches: readonly Batch[], kind: number): () => RulePass {
  const engine = new RuleEngine(load, { seed: SEED });
  const pass = (wanted: number) =>
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
          state.apply(cursor);
          if (cursor.kind !== wanted) continue;
          events++;
          engine.evaluate(cursor, state, batch, emit, memory);
        }
      }
      return { events, found };
    });
  return () => {
    const others = pass(NO_KIND);
    const all = pass(kind);
    return { ...all, cpuNs: all.cpuNs - others.cpuNs };
  };
}

function timed(pass: () => Omit<RulePass, 'cpuNs'>): RulePass {
  const before = process.cpuUsage();
  const counts = pass();
  const { user, system } = process.cpuUsage(before);
  return { ...counts, cpuNs: (user + system) * 1000 };
}

/** The middle of some passes that take long enough each, after two that are not counted. */
export function middle(pass: () => RulePass, turns: number): RulePass {
  for (let i = 0; i < 2; i++) pass();
  const all = Array.from({ length: turns }, pass);
  // a kind that costs next to nothing may come out below it
  return { ...(all[0] as RulePass), cpuNs: Math.max(1, median(all.map(({ cpuNs }) => cpuNs))) };
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
