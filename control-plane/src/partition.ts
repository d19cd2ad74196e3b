import { type Alert, BatchError, EventCursor, type LossCount, LossReason } from '@picket/sdk';
import { AlertStage, type AlertStats } from './alerts/alert-stage.ts';
import { retellOutput } from './detection/rules/compile/retell-output.ts';
import type { RuleEngine } from './detection/rules/rule-engine.ts';
import { RuleMemory, type RuleMemoryCounts } from './detection/rules/stateful/rule-memory.ts';
import { NodeState } from './detection/state/node-state.ts';
import { ControlPlaneError } from './errors.ts';
import { decodeFrames, encodeFrames } from './frames.ts';
import { isRunState, RunProgress, type RunState } from './run-progress.ts';
import type { Batch, Emit } from './types.ts';

const KINDS = 128;

/** Counts since the partition was taken. */
export interface PartitionCounts {
  /** Records applied, by kind. */
  readonly kinds: Float64Array;
  batches: number;
  /** Batches that had been applied before. */
  duplicates: number;
  /** Records whose sequences never came. */
  missing: number;
  findings: number;
  /** The same by the name of the rule. */
  readonly byRule: Map<string, number>;
  /** Alerts whose container did not become known in time. */
  unnamed: number;
}

/** What a partition knows about one node. */
export interface NodeSummary {
  readonly node: string;
  readonly bootId: string;
  readonly agentEpoch: bigint;
  readonly events: number;
  readonly lastEvent: number;
  readonly losses: readonly LossCount[];
}

interface NodeEntry {
  readonly state: NodeState;
  readonly progress: RunProgress;
  summary: NodeSummary;
}

/**
 * Detection over one partition: batches in, alerts out. Holds the state of every node of the partition and depends on
 * nothing but the batches, so a replay from a checkpoint gives the same alerts.
 */
export class Partition {
  readonly counts: PartitionCounts = {
    kinds: new Float64Array(KINDS),
    batches: 0,
    duplicates: 0,
    missing: 0,
    findings: 0,
    byRule: new Map(),
    unnamed: 0,
  };
  readonly #engine: () => RuleEngine;
  readonly #nodes = new Map<string, NodeEntry>();
  readonly #alerts: AlertStage;
  readonly #memory = new RuleMemory();
  readonly #cursor = new EventCursor();
  /** What the current event belongs to, for `#emit`. */
  #state: NodeState | undefined;

  /**
   * `engine` is asked for every batch, so that new rules are taken between two batches.
   * @param alertsPerMinute new alerts of one rule in one container; see `AlertStageOptions`
   */
  constructor(engine: () => RuleEngine, alertsPerMinute?: number) {
    this.#engine = engine;
    this.#alerts = new AlertStage({ retell: retellOutput, alertsPerMinute });
  }

  /**
   * Applies one batch and returns the alerts to publish.
   * @throws BatchError BATCH_CORRUPT when its records can not be walked; nothing of it is applied then
   */
  handle(batch: Batch): Alert[] {
    this.#check(batch);
    const entry = this.#entry(batch);
    const progress = entry.progress.advance(batch.header);
    if (!progress) {
      this.counts.duplicates++;
      return [];
    }
    this.counts.missing += progress.gap;
    this.counts.batches++;
    const told = withMissing(batch, progress.total);
    entry.state.begin(told.header);
    this.#alerts.begin(told, this.#engine().lookBackMs);
    this.#apply(entry.state, told);
    this.#alerts.end(told, entry.state.containers.told);
    this.counts.unnamed = this.#alerts.stats.unnamed;
    entry.summary = summarise(entry.summary, told);
    return this.#alerts.take();
  }

  /** Counts of grouped alerts that wait for their second; call it about once a second. */
  flush(): Alert[] {
    this.#alerts.flush();
    return this.#alerts.take();
  }

  #apply(state: NodeState, batch: Batch): void {
    const cursor = this.#cursor.open(batch.records);
    const engine = this.#engine();
    const kinds = this.counts.kinds;
    const memory = this.#memory.begin(batch, engine.programs);
    this.#state = state;
    while (cursor.next()) {
      const kind = cursor.kind;
      if (kind < KINDS) kinds[kind] = (kinds[kind] as number) + 1;
      state.apply(cursor);
      engine.evaluate(cursor, state, batch, this.#emit, memory);
    }
    engine.settle(state, batch, this.#emit, memory);
  }

  readonly #emit: Emit = (finding, cursor, batch) => {
    this.counts.findings++;
    this.counts.byRule.set(finding.rule, (this.counts.byRule.get(finding.rule) ?? 0) + 1);
    if (this.#state) this.#alerts.add(finding, cursor, this.#state, batch);
  };

  #check(batch: Batch): void {
    const cursor = this.#cursor.open(batch.records);
    while (cursor.next());
    if (!cursor.malformed && cursor.index + 1 === batch.header.count) return;
    const found = cursor.malformed
      ? 'a record has a length that can not be true'
      : `it holds ${cursor.index + 1} records`;
    throw new BatchError(
      'BATCH_CORRUPT',
      `the batch of ${batch.header.node} says ${batch.header.count} records but ${found}`,
    );
  }

  #entry(batch: Batch): NodeEntry {
    const { node, agentEpoch } = batch.header;
    const known = this.#nodes.get(node);
    if (known) return known;
    const summary = { node, bootId: '', agentEpoch, events: 0, lastEvent: 0, losses: [] };
    const entry = { state: new NodeState(node), progress: new RunProgress(), summary };
    this.#nodes.set(node, entry);
    return entry;
  }

  /** What became of the findings. */
  get alertStats(): AlertStats {
    return this.#alerts.stats;
  }

  /** How rules over several events fare, by their names. */
  get memoryCounts(): ReadonlyMap<string, RuleMemoryCounts> {
    return this.#memory.counts();
  }

  nodes(): NodeSummary[] {
    return [...this.#nodes.values()].map((entry) => entry.summary);
  }

  states(): NodeState[] {
    return [...this.#nodes.values()].map((entry) => entry.state);
  }

  /** The whole state as bytes. Publish what `handle` returned first. */
  snapshot(): Uint8Array {
    const nodes = [...this.#nodes.entries()];
    const head = nodes.map(([node, { progress }]) => ({ node, runs: progress.saved() }));
    return encodeFrames([
      new TextEncoder().encode(JSON.stringify(head)),
      this.#alerts.snapshot(),
      ...nodes.map(([, { state }]) => state.snapshot()),
      this.#memory.snapshot(),
    ]);
  }

  /**
   * Goes on from a snapshot.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read
   */
  restore(bytes: Uint8Array): void {
    const [head, alerts, ...states] = decodeFrames(bytes);
    const list = parseHead(head);
    // older checkpoints end behind the nodes
    const memory = states[list.length];
    if (!alerts || states.length - list.length > 1 || states.length < list.length) throw corruptHead();
    if (memory) this.#memory.restore(memory);
    this.#alerts.restore(alerts);
    this.#nodes.clear();
    list.forEach(({ node, runs }, i) => {
      const state = new NodeState(node);
      const saved = states[i];
      if (saved) state.restore(saved);
      this.#nodes.set(node, { state, progress: new RunProgress(runs), summary: emptySummary(node) });
    });
  }
}

interface SavedNode {
  readonly node: string;
  readonly runs: readonly RunState[];
}

const isSavedNode = (value: unknown): value is SavedNode =>
  typeof value === 'object' &&
  value !== null &&
  'node' in value &&
  typeof value.node === 'string' &&
  'runs' in value &&
  Array.isArray(value.runs) &&
  value.runs.every(isRunState);

function parseHead(head: Uint8Array | undefined): SavedNode[] {
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(head));
    if (Array.isArray(list) && list.every(isSavedNode)) return list;
  } catch (cause) {
    throw corruptHead(cause);
  }
  throw corruptHead();
}

const corruptHead = (cause?: unknown) =>
  new ControlPlaneError('CHECKPOINT_CORRUPT', 'the checkpoint of the partition does not say which nodes it holds', {
    cause,
  });

const emptySummary = (node: string): NodeSummary => ({
  node,
  bootId: '',
  agentEpoch: 0n,
  events: 0,
  lastEvent: 0,
  losses: [],
});

/** Records that never came are losses like those that the agent counts, so that alerts tell of them. */
function withMissing(batch: Batch, missing: number): Batch {
  if (missing === 0) return batch;
  const loss = { kind: 0, reason: LossReason.busLimit, count: BigInt(missing) };
  return { ...batch, header: { ...batch.header, losses: [...batch.header.losses, loss] } };
}

function summarise(before: NodeSummary, batch: Batch): NodeSummary {
  const { header } = batch;
  return {
    node: header.node,
    bootId: Buffer.from(header.bootId).toString('hex'),
    agentEpoch: header.agentEpoch,
    events: before.events + header.count,
    lastEvent: Number((header.watermark + header.wallOffset) / 1_000_000n),
    losses: header.losses,
  };
}
