import { EventCursor, type LossCount, LossReason } from '@picket/sdk';
import { checkRecords, withMissing } from '../../batch-checks.ts';
import { NodeState } from '../../detection/state/node-state.ts';
import { RunProgress } from '../../run-progress.ts';
import type { Batch } from '../../types.ts';
import { applyContainers } from './apply-containers.ts';
import { type EventScope, inNamespaces } from './event-filter.ts';
import type { Lane } from './lane.ts';
import { QuietBatches, TELLING_KINDS } from './quiet-batches.ts';

const KINDS = 128;

export interface ReplayOptions {
  readonly scope: EventScope;
  /** The lanes of a partition, made at its first batch. */
  readonly lanes: (partition: number) => readonly Lane[];
  /** `containers` leaves the processes out, which most detectors do not ask for. */
  readonly state: 'whole' | 'containers';
}

/** What a replay went through. */
export interface ReplayCounts {
  /** Events looked at, by number of their kind. */
  readonly kinds: Float64Array;
  batches: number;
  /** Events looked at. */
  records: number;
  duplicates: number;
  missing: number;
}

/** Losses of one run of an agent: as it was told first, and last. */
interface RunLosses {
  readonly first: readonly LossCount[];
  last: readonly LossCount[];
}

interface ReplayedNode {
  readonly state: NodeState;
  readonly progress: RunProgress;
}

interface ReplayedPartition {
  readonly nodes: Map<string, ReplayedNode>;
  readonly lanes: readonly Lane[];
  /** Lanes that want every event. */
  readonly watching: readonly Lane[];
}

/**
 * Plays batches of the past through the state of their nodes, as partitions do, for several lanes at once. Begins from an empty
 * state and has no effect outside.
 */
export class Replay {
  readonly counts: ReplayCounts = { kinds: new Float64Array(KINDS), batches: 0, records: 0, duplicates: 0, missing: 0 };
  readonly quiet = new QuietBatches();
  readonly #options: ReplayOptions;
  readonly #nodes: ReadonlySet<string> | undefined;
  readonly #namespaces: ReadonlySet<string> | undefined;
  readonly #partitions = new Map<number, ReplayedPartition>();
  readonly #losses = new Map<string, RunLosses>();
  readonly #cursor = new EventCursor();

  constructor(options: ReplayOptions) {
    const { nodes, namespaces } = options.scope;
    this.#options = options;
    this.#nodes = nodes === null ? undefined : new Set(nodes);
    this.#namespaces = namespaces === null ? undefined : new Set(namespaces);
  }

  /**
   * @param ordinal number of the batch in its source
   * @param isQuiet it comes without its records, which say nothing of its node
   * @throws BatchError BATCH_CORRUPT when its records can not be walked; nothing of it is applied then
   */
  handle(batch: Batch, ordinal: number, isQuiet = false): void {
    if (this.#nodes && !this.#nodes.has(batch.header.node)) return;
    if (!isQuiet) checkRecords(this.#cursor, batch);
    const partition = this.#partition(batch.partition);
    const { state, progress } = nodeOf(partition, batch.header.node);
    const step = progress.advance(batch.header);
    if (!step) {
      this.counts.duplicates++;
      return;
    }
    this.counts.batches++;
    this.counts.missing += step.gap;
    this.#noteLosses(batch);
    const told = withMissing(batch, step.total);
    state.begin(told.header);
    for (const lane of partition.lanes) lane.begin?.(told);
    if (!isQuiet && !this.#walk(partition, state, told)) this.quiet.add(ordinal);
    for (const lane of partition.lanes) lane.end?.(told, state, ordinal);
  }

  finish(): void {
    for (const { lanes } of this.#partitions.values()) for (const lane of lanes) lane.finish?.();
  }

  /** What was lost by agents during the replay, by kind and reason. */
  losses(): LossCount[] {
    const sum = new Map<string, LossCount>();
    for (const { first, last } of this.#losses.values())
      for (const { kind, reason, count } of last) {
        // an equal event was told in their place, with their count
        if (reason === LossReason.suppressed) continue;
        const before = first.find((one) => one.kind === kind && one.reason === reason)?.count ?? 0n;
        const name = `${kind}/${reason}`;
        if (count > before) sum.set(name, { kind, reason, count: (sum.get(name)?.count ?? 0n) + count - before });
      }
    return [...sum.values()].toSorted((a, b) => a.kind - b.kind || a.reason - b.reason);
  }

  /** @returns whether some record tells of the node itself */
  #walk({ watching }: ReplayedPartition, state: NodeState, batch: Batch): boolean {
    const cursor = this.#cursor.open(batch.records);
    const { kinds } = this.counts;
    const isWhole = this.#options.state === 'whole';
    let tells = 0;
    while (cursor.next()) {
      const { kind } = cursor;
      tells |= TELLING_KINDS[kind] ?? 1;
      if (isWhole) state.apply(cursor);
      else applyContainers(state, cursor);
      if (!inNamespaces(this.#namespaces, cursor, state)) continue;
      if (kind < KINDS) kinds[kind] = (kinds[kind] as number) + 1;
      this.counts.records++;
      for (let i = 0; i < watching.length; i++) (watching[i] as Lane).event?.(cursor, state, batch);
    }
    return tells !== 0;
  }

  #partition(number: number): ReplayedPartition {
    const known = this.#partitions.get(number);
    if (known) return known;
    const lanes = this.#options.lanes(number);
    const made = { nodes: new Map(), lanes, watching: lanes.filter((lane) => lane.event !== undefined) };
    this.#partitions.set(number, made);
    return made;
  }

  #noteLosses({ header: { node, bootId, agentEpoch, firstSequence, losses } }: Batch): void {
    const run = `${node}/${Buffer.from(bootId).toString('hex')}/${agentEpoch}`;
    const known = this.#losses.get(run);
    if (known) known.last = losses;
    else this.#losses.set(run, { first: firstSequence <= 1n ? [] : losses, last: losses });
  }
}

function nodeOf({ nodes }: ReplayedPartition, name: string): ReplayedNode {
  const known = nodes.get(name);
  if (known) return known;
  const made = { state: new NodeState(name), progress: new RunProgress() };
  nodes.set(name, made);
  return made;
}
