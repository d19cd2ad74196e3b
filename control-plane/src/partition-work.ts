import { type Alert, type Log, messageOf } from '@picket/sdk';
import { BehaviourWork } from './behaviour-work.ts';
import type { BatchMessage, BusLoss, BusProblem, PartitionWork } from './bus/types.ts';
import { releaseBatch, unpackBatch } from './bus/unpack.ts';
import type { BehaviourLife } from './detection/anomaly/engine/behaviour-program.ts';
import type { ProfileBaseline } from './detection/anomaly/profiles/profile-baseline.ts';
import type { DetectorRuntimeContract } from './detection/detectors/runtime-contract.ts';
import type { RuleEngine } from './detection/rules/rule-engine.ts';
import type { RuleMemoryCounts } from './detection/rules/stateful/rule-memory.ts';
import type { NodeState } from './detection/state/node-state.ts';
import type { Recorded } from './detector-feed/detector-feed.ts';
import { ReplayPatience } from './detector-feed/replay-patience.ts';
import type { NodeSummary } from './node-summary.ts';
import { checkSender } from './node-token.ts';
import { Partition } from './partition.ts';
import type { Container } from './types.ts';

export interface PartitionWorkDeps {
  readonly engine: () => RuleEngine;
  readonly publish: (alert: Alert) => Promise<void>;
  /** New alerts of one rule in one container within a minute; the default when left out. */
  readonly alertsPerMinute?: number | undefined;
  /** Detectors of users; left out where none are to run. */
  readonly detectors?: DetectorWork | undefined;
  /** Left out where behaviour is not learned. */
  readonly behaviour?: BehaviourLife | undefined;
  /** What answers rules with a baseline; the one that the engine of the rules was made with. */
  readonly baseline?: ProfileBaseline | undefined;
  readonly log: Log;
}

/** Detectors of users, as far as partitions need them. */
export interface DetectorWork {
  readonly runtime: Pick<DetectorRuntimeContract, 'partition'>;
  /** Told of every revision of every finding that is no alert. */
  readonly onRecorded: (recorded: Recorded) => void;
  /** Ends when all of them are kept; a checkpoint waits for it as long as for the detectors. */
  readonly recordedKept: () => Promise<void>;
}

/** How long a checkpoint waits for the detectors: the rules wait with it. */
const SETTLE_MS = 2000;

/** Counts over all partitions since the start, those given away included. */
export interface WorkCounts {
  readonly kinds: Float64Array;
  batches: number;
  duplicates: number;
  missing: number;
  findings: number;
  /** Containments that detectors of users proposed. */
  proposals: number;
  readonly byRule: Map<string, number>;
  /** Alerts whose container did not become known in time. */
  unnamed: number;
  /** Findings that are told in the summary of a storm alone, by rule. */
  readonly summarised: Map<string, number>;
  /** Alerts whose groups were closed early because too many were open. */
  groupsEvicted: number;
  /** Incidents that were closed early because too many were open. */
  incidentsEvicted: number;
  /** Batches that the limits of the stream discarded before they were read, at most. */
  busLimit: number;
  /** Batches that could not be used, by error code. */
  readonly refused: Map<string, number>;
}

/** Detection over every partition this replica owns: messages of the bus in, alerts out. */
export class DetectionWork implements PartitionWork {
  readonly #deps: PartitionWorkDeps;
  readonly #partitions = new Map<number, Partition>();
  readonly #told = new Set<string>();
  readonly behaviour: BehaviourWork;
  readonly #patience = new ReplayPatience();
  /** Partitions whose detectors have found something. */
  readonly #collecting = new Set<number>();
  readonly #gone: WorkCounts = {
    kinds: new Float64Array(128),
    batches: 0,
    duplicates: 0,
    missing: 0,
    findings: 0,
    proposals: 0,
    byRule: new Map(),
    unnamed: 0,
    summarised: new Map(),
    groupsEvicted: 0,
    incidentsEvicted: 0,
    busLimit: 0,
    refused: new Map(),
  };

  constructor(deps: PartitionWorkDeps) {
    this.#deps = deps;
    this.behaviour = new BehaviourWork(deps.behaviour, this.#partitions, deps.log, deps.baseline);
  }

  restore(partition: number, state: Uint8Array | undefined): void {
    this.release(partition);
    const { engine, alertsPerMinute, detectors, log } = this.#deps;
    const lost = (whose: string) => (error: unknown) =>
      log.error(`${whose} of a partition can not go on from its checkpoint: they begin afresh`, {
        partition,
        why: messageOf(error),
      });
    const fresh = new Partition(engine, {
      alertsPerMinute,
      detectors: detectors?.runtime.partition(partition),
      onDetectorsLost: lost('the detectors'),
      behaviour: this.behaviour.newEngine(),
      onBehaviourLost: lost('the windows and materials of behaviour'),
    });
    try {
      if (state) fresh.restore(state);
    } catch (error) {
      fresh.release();
      throw error;
    }
    this.#partitions.set(partition, fresh);
    log.info('partition taken', { partition, restored: state !== undefined });
  }

  handle(message: BatchMessage): void | Promise<void> {
    const partition = this.#partitions.get(message.partition);
    if (!partition) throw new Error(`partition ${message.partition} is not ours`);
    const batch = unpackBatch(message.bytes, message.subject, message.streamSequence);
    checkSender(batch);
    const alerts = partition.handle(batch);
    releaseBatch(batch);
    this.#send(partition, alerts);
    const patience = this.#deps.detectors ? this.#patience.with(batch.header) : 0;
    if (patience > 0) return this.#waitForRoom(partition, patience);
  }

  async #waitForRoom(partition: Partition, ms: number): Promise<void> {
    const since = performance.now();
    await partition.room(ms);
    this.#patience.used(performance.now() - since);
  }

  /** Sends what the detectors of a partition have found, soon and without waiting for its next batch. */
  collectSoon(partition: number): void {
    if (this.#collecting.size === 0) setImmediate(() => this.#collect());
    this.#collecting.add(partition);
  }

  #collect(): void {
    const waiting = [...this.#collecting];
    this.#collecting.clear();
    for (const number of waiting) {
      const partition = this.#partitions.get(number);
      if (partition) this.#send(partition, partition.collect());
    }
  }

  #send(partition: Partition, alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#publish(alert);
    const { detectors } = this.#deps;
    if (detectors) for (const recorded of partition.takeRecorded()) detectors.onRecorded(recorded);
  }

  /** Sends counts of grouped alerts that wait; call it about once a second. */
  flush(): void {
    this.#tellEvicted();
    for (const partition of this.#partitions.values()) this.#send(partition, partition.flush());
  }

  /** Once for each rule: how many there are is a metric. */
  #tellEvicted(): void {
    for (const [rule, { evicted }] of this.ruleMemory()) {
      if (evicted === 0 || this.#told.has(rule)) continue;
      this.#told.add(rule);
      this.#deps.log.warn('a rule had to forget some of what it counts: too many different values of its "by"', {
        rule,
      });
    }
  }

  /** The publisher retries while the bus is away; what fails for good has been reported by it. */
  #publish(alert: Alert): void {
    this.#deps.publish(alert).catch((error: unknown) => {
      this.#deps.log.error('an alert could not be published', {
        rule: alert.rule,
        uuid: alert.uuid,
        why: messageOf(error),
      });
    });
  }

  /** Whether this replica evaluates the events of a partition. */
  owns(partition: number): boolean {
    return this.#partitions.has(partition);
  }

  async snapshot(partition: number): Promise<Uint8Array> {
    const found = this.#partitions.get(partition);
    if (!found) throw new Error(`partition ${partition} is not ours`);
    const { detectors } = this.#deps;
    if (!detectors) return found.snapshot();
    this.#send(found, await found.settle(SETTLE_MS));
    // made before anything can come between: what is kept meanwhile was found before it
    const state = found.snapshot();
    await atMost(SETTLE_MS, detectors.recordedKept());
    return state;
  }

  release(partition: number): void {
    const left = this.#partitions.get(partition);
    if (!left) return;
    this.#partitions.delete(partition);
    left.release();
    add(this.#gone, left);
    this.behaviour.left(left);
  }

  onLoss(loss: BusLoss): void {
    this.#gone.busLimit += loss.batchesAtMost;
    this.#deps.log.warn('the stream discarded batches before they were read: give PICKET_EVENTS more room', {
      partition: loss.partition,
      batches: loss.batchesAtMost,
    });
  }

  onError(problem: BusProblem): void {
    const { code, message } = problem.error;
    this.#gone.refused.set(code, (this.#gone.refused.get(code) ?? 0) + (problem.skipped ? 1 : 0));
    this.#deps.log.warn(message, {
      code,
      partition: problem.partition,
      message: problem.streamSequence,
      skipped: problem.skipped,
    });
  }

  counts(): WorkCounts {
    const sum = {
      ...this.#gone,
      kinds: this.#gone.kinds.slice(),
      summarised: new Map(this.#gone.summarised),
      byRule: new Map(this.#gone.byRule),
    };
    for (const partition of this.#partitions.values()) add(sum, partition);
    return sum;
  }

  /** Incidents that alerts may join now. */
  openIncidents(): number {
    return [...this.#partitions.values()].reduce((sum, { alertStats }) => sum + alertStats.openIncidents, 0);
  }

  /** How rules over several events fare, by their names. */
  ruleMemory(): Map<string, RuleMemoryCounts> {
    const sum = new Map<string, RuleMemoryCounts>();
    for (const { memoryCounts } of this.#partitions.values())
      for (const [rule, { keys, evicted }] of memoryCounts) {
        const before = sum.get(rule);
        sum.set(rule, { keys: keys + (before?.keys ?? 0), evicted: evicted + (before?.evicted ?? 0) });
      }
    return sum;
  }

  nodes(): NodeSummary[] {
    return [...this.#partitions.values()].flatMap((partition) => partition.nodes());
  }

  states(): NodeState[] {
    return [...this.#partitions.values()].flatMap((partition) => partition.states());
  }

  containers(): { node: string; container: Container }[] {
    return this.states().flatMap((state) =>
      [...state.containers.all()].map((container) => ({ node: state.node, container })),
    );
  }
}

/** A store that is away holds up no checkpoint: what is not kept then waits in memory. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function add(sum: WorkCounts, { counts, alertStats, detectorFindings, detectorProposals }: Partition): void {
  counts.kinds.forEach((count, kind) => {
    sum.kinds[kind] = (sum.kinds[kind] ?? 0) + count;
  });
  sum.batches += counts.batches;
  sum.duplicates += counts.duplicates;
  sum.missing += counts.missing;
  sum.findings += counts.findings + detectorFindings;
  sum.proposals += detectorProposals;
  for (const [rule, count] of counts.byRule) sum.byRule.set(rule, (sum.byRule.get(rule) ?? 0) + count);
  sum.unnamed += counts.unnamed;
  sum.groupsEvicted += alertStats.evicted;
  sum.incidentsEvicted += alertStats.incidentsEvicted;
  for (const [rule, count] of alertStats.summarised) sum.summarised.set(rule, (sum.summarised.get(rule) ?? 0) + count);
}
