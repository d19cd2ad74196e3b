import { type Alert, EventCursor } from '@picket/sdk';
import { AlertStage } from './alerts/alert-stage.ts';
import type { AlertStats } from './alerts/alert-stats.ts';
import { checkRecords, withMissing } from './batch-checks.ts';
import type { BehaviourEngine } from './detection/anomaly/engine/behaviour-engine.ts';
import type { PartitionDetectorsContract } from './detection/detectors/runtime-contract.ts';
import { retellOutput } from './detection/rules/compile/retell-output.ts';
import type { RuleEngine } from './detection/rules/rule-engine.ts';
import { RuleMemory, type RuleMemoryCounts } from './detection/rules/stateful/rule-memory.ts';
import { NodeState } from './detection/state/node-state.ts';
import { addAlertStats } from './detector-feed/add-alert-stats.ts';
import { DetectorFeed, LATE_MS, type Recorded } from './detector-feed/detector-feed.ts';
import { decodeFrames, encodeFrames } from './frames.ts';
import { emptySummary, type NodeSummary, summarise } from './node-summary.ts';
import { corruptHead, parseHead } from './partition-head.ts';
import { RunProgress } from './run-progress.ts';
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

export interface PartitionOptions {
  /** New alerts of one rule in one container; see `AlertStageOptions`. */
  readonly alertsPerMinute?: number | undefined;
  /** The detectors of users that run over it. */
  readonly detectors?: PartitionDetectorsContract | undefined;
  /** Told when a checkpoint has a state of theirs that can not be used: they begin afresh. */
  readonly onDetectorsLost?: ((error: unknown) => void) | undefined;
  /** Learned behaviour of the containers. */
  readonly behaviour?: BehaviourEngine | undefined;
  /** The same for its state. */
  readonly onBehaviourLost?: ((error: unknown) => void) | undefined;
}

const NONE = new Uint8Array(0);
/** Findings of detectors concern losses of the minute before their batch, which may be a while ago, and those of behaviour a window. */
const LOOK_BACK_MS = LATE_MS + 60_000;

interface NodeEntry {
  readonly state: NodeState;
  readonly progress: RunProgress;
  summary: NodeSummary;
}

/**
 * Detection over one partition: batches in, alerts out. Holds the state of every node of the partition and depends on
 * nothing but the batches, so a replay from a checkpoint gives the same alerts. Detectors of users answer later: what they
 * find comes out with a later batch or `flush`.
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
  readonly #detectors: DetectorFeed | undefined;
  readonly #onDetectorsLost: (error: unknown) => void;
  readonly behaviour: BehaviourEngine | undefined;
  readonly #onBehaviourLost: (error: unknown) => void;
  readonly #memory = new RuleMemory();
  readonly #cursor = new EventCursor();
  /** What the current event belongs to, for `#emit`. */
  #state: NodeState | undefined;

  /** `engine` is asked for every batch, so that new rules are taken between two batches. */
  constructor(engine: () => RuleEngine, options: PartitionOptions = {}) {
    const { alertsPerMinute, detectors } = options;
    const stage = new AlertStage({ retell: retellOutput, alertsPerMinute });
    const stateOf = (node: string) => this.#nodes.get(node)?.state;
    this.#engine = engine;
    this.#alerts = stage;
    this.#detectors = detectors && new DetectorFeed({ detectors, stage, stateOf, alertsPerMinute });
    this.#onDetectorsLost = options.onDetectorsLost ?? (() => undefined);
    this.behaviour = options.behaviour;
    this.#onBehaviourLost = options.onBehaviourLost ?? (() => undefined);
    this.behaviour?.askIncidents((container, header, at) => stage.hasSevereIncident(container, header, at));
  }

  /**
   * Applies one batch and returns the alerts to publish.
   * @throws BatchError BATCH_CORRUPT when its records can not be walked; nothing of it is applied then
   */
  handle(batch: Batch): Alert[] {
    checkRecords(this.#cursor, batch);
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
    this.#alerts.begin(told, Math.max(this.#engine().lookBackMs, this.#detectors || this.behaviour ? LOOK_BACK_MS : 0));
    this.#apply(entry.state, told);
    this.#detectors?.feed(told, entry.state);
    this.#detectors?.collect();
    this.#alerts.end(told, entry.state.containers.told);
    this.#detectors?.end(told, entry.state.containers.told);
    this.counts.unnamed = this.#alerts.stats.unnamed + (this.#detectors?.stats.unnamed ?? 0);
    entry.summary = summarise(entry.summary, told);
    return this.#take();
  }

  /** What detectors have found since, without the counts that wait. */
  collect(): Alert[] {
    this.#detectors?.collect();
    return this.#take();
  }

  /** What detectors have found since, and counts of grouped alerts that wait for their second; call it about once a second. */
  flush(): Alert[] {
    this.#detectors?.collect();
    this.#alerts.flush();
    this.#detectors?.flush();
    return this.#take();
  }

  /** What detectors have found that is no alert. Take it after `handle`, `flush` and `settle`. */
  takeRecorded(): Recorded[] {
    return this.#detectors?.takeRecorded() ?? [];
  }

  /** Waits until the detectors can take more, at most `ms`: for batches of the past, which can wait. */
  async room(ms: number): Promise<void> {
    await this.#detectors?.room(ms);
  }

  /**
   * Waits until the detectors have answered all they were given, at most `ms`: before a snapshot. Not while a batch is handled.
   * @returns the alerts to publish
   */
  async settle(ms: number): Promise<Alert[]> {
    await this.#detectors?.settle(ms);
    return this.#take();
  }

  /** Ends what runs for the partition outside of this process. */
  release(): void {
    this.#detectors?.release();
  }

  #take(): Alert[] {
    const alerts = this.#alerts.take();
    return this.#detectors ? [...alerts, ...this.#detectors.takeAlerts()] : alerts;
  }

  #apply(state: NodeState, batch: Batch): void {
    const cursor = this.#cursor.open(batch.records);
    const engine = this.#engine();
    const kinds = this.counts.kinds;
    const memory = this.#memory.begin(batch, engine.programs);
    this.#state = state;
    const behaviour = this.behaviour;
    behaviour?.begin(batch, state, engine.baselineRules);
    while (cursor.next()) {
      const kind = cursor.kind;
      if (kind < KINDS) kinds[kind] = (kinds[kind] as number) + 1;
      state.apply(cursor);
      engine.evaluate(cursor, state, batch, this.#emit, memory);
      behaviour?.apply(cursor, state);
    }
    engine.settle(state, batch, this.#emit, memory);
    behaviour?.end(batch, state, this.#emit);
  }

  readonly #emit: Emit = (finding, cursor, batch) => {
    this.counts.findings++;
    this.counts.byRule.set(finding.rule, (this.counts.byRule.get(finding.rule) ?? 0) + 1);
    if (this.#state) this.#alerts.add(finding, cursor, this.#state, batch);
  };

  #entry(batch: Batch): NodeEntry {
    const { node, agentEpoch } = batch.header;
    const known = this.#nodes.get(node);
    if (known) return known;
    const summary = { node, bootId: '', agentEpoch, events: 0, lastEvent: 0, losses: [] };
    const entry = { state: this.#newState(node), progress: new RunProgress(), summary };
    this.#nodes.set(node, entry);
    return entry;
  }

  #newState(node: string): NodeState {
    const state = new NodeState(node);
    const { behaviour } = this;
    if (behaviour) state.behaviour = (container) => behaviour.of(container);
    return state;
  }

  /** What became of the findings. */
  get alertStats(): AlertStats {
    const { stats } = this.#alerts;
    return this.#detectors ? addAlertStats(stats, this.#detectors.stats) : stats;
  }

  /** Findings of detectors of users, recorded ones among them. */
  get detectorFindings(): number {
    return this.#detectors?.findings ?? 0;
  }

  get detectorProposals(): number {
    return this.#detectors?.proposals ?? 0;
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

  /** The whole state as bytes. Publish what `handle`, `flush` and `settle` returned first. */
  snapshot(): Uint8Array {
    const nodes = [...this.#nodes.entries()];
    const head = nodes.map(([node, { progress }]) => ({ node, runs: progress.saved() }));
    return encodeFrames([
      new TextEncoder().encode(JSON.stringify(head)),
      this.#alerts.snapshot(),
      ...nodes.map(([, { state }]) => state.snapshot()),
      this.#memory.snapshot(),
      ...(this.#detectors || this.behaviour ? [this.#detectors?.snapshot() ?? NONE] : []),
      ...(this.behaviour ? [this.behaviour.snapshot()] : []),
    ]);
  }

  /**
   * Goes on from a snapshot.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read
   */
  restore(bytes: Uint8Array): void {
    const [head, alerts, ...states] = decodeFrames(bytes);
    const list = parseHead(head);
    // older checkpoints end behind the nodes, behind the memory of rules, or behind the detectors
    const [memory, detectors, behaviour] = states.slice(list.length);
    if (!alerts || states.length - list.length > 3 || states.length < list.length) throw corruptHead();
    if (memory) this.#memory.restore(memory);
    this.#alerts.restore(alerts);
    this.#nodes.clear();
    list.forEach(({ node, runs }, i) => {
      const state = this.#newState(node);
      const saved = states[i];
      if (saved) state.restore(saved);
      this.#nodes.set(node, { state, progress: new RunProgress(runs), summary: emptySummary(node) });
    });
    if (detectors && detectors.length > 0) this.#restoreDetectors(detectors);
    if (behaviour) this.#restoreBehaviour(behaviour);
  }

  /** What can not be read begins anew: nothing that was found depends on it. */
  #restoreBehaviour(bytes: Uint8Array): void {
    try {
      this.behaviour?.restore(bytes, (node) => this.#nodes.get(node)?.state);
    } catch (error) {
      this.#onBehaviourLost(error);
    }
  }

  /** Detectors that can not go on from where they were keep nobody else from it. */
  #restoreDetectors(bytes: Uint8Array): void {
    try {
      this.#detectors?.restore(bytes);
    } catch (error) {
      this.#onDetectorsLost(error);
    }
  }
}
