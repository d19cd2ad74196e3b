import { EventCursor, kindInfo } from '@picket/sdk';
import type { DetectorConfig } from '@picket/sdk/client';
import { hostedDetector } from '../detection/detectors/instance/hosted-detector.ts';
import { makeCall } from '../detection/detectors/instance/make-call.ts';
import { NodeTicks } from '../detection/detectors/instance/node-ticks.ts';
import { type KnownContainer, placeFinding } from '../detection/detectors/instance/place-finding.ts';
import { ToldContainers } from '../detection/detectors/instance/told-containers.ts';
import type { LiveDetector } from '../detection/detectors/live-detector.ts';
import { priorityOf } from '../detection/detectors/partition/told-where.ts';
import type { WaitingPart } from '../detection/detectors/queue/waiting-parts.ts';
import { emptyPart } from '../detection/detectors/selection/part.ts';
import { causeOf, PartMaker } from '../detection/detectors/selection/part-maker.ts';
import { SelectionPlan } from '../detection/detectors/selection/selection-plan.ts';
import type { GuestFinding } from '../detection/host/instance/host-functions.ts';
import { HostedInstance } from '../detection/host/process/hosted-instance.ts';
import type { ReplyMessage } from '../detection/host/process/messages.ts';
import { NodeState } from '../detection/state/node-state.ts';
import { ControlPlaneError } from '../errors.ts';
import type { Batch } from '../types.ts';
import type { BuiltDetector } from './build-detector.ts';
import { localDetector } from './local-detector.ts';
import type { RunFinding } from './run-finding.ts';
import { LOG_LEVELS, type RunLog, type RunProposal } from './run-said.ts';

const SECOND = 1_000_000_000n;
const NOTHING = new Uint8Array(0);

/**
 * A detector that runs in this process over batches. It is made of the parts that a live one runs in: the same selection,
 * dictionary, look-ups, ticks and limits. Only time limits are missing, for fuel ends a call here, and what the pace of the world
 * decides: every batch is a call of its own. Everything that it has said is kept.
 */
export class DetectorRun {
  readonly findings: RunFinding[] = [];
  readonly logs: RunLog[] = [];
  readonly proposals: RunProposal[] = [];
  /** What the detector said went wrong in a batch or a tick; it went on. */
  readonly errors: string[] = [];
  /** What was not taken, for there was too much of it. */
  readonly dropped = { findings: 0, logs: 0, proposals: 0, cut: 0, refusedState: 0 };
  /** Records that it was given, ticks, and fuel used. */
  readonly counts = { events: 0, ticks: 0, fuel: 0n };
  readonly #detector: LiveDetector;
  readonly #plan: SelectionPlan;
  readonly #parts = new PartMaker('own');
  readonly #told = { containers: new ToldContainers(), processes: new WeakSet(), hasContext: false, skipped: 0 };
  readonly #ticks: NodeTicks;
  /** Number of the call at hand. */
  #place = 0;
  readonly #instance: HostedInstance;
  readonly #nodes = new Map<string, NodeState>();
  /** When each node was told the time, CLOCK_BOOTTIME in ns. */
  readonly #lastTicks = new Map<string, bigint>();
  readonly #cursor = new EventCursor();

  /**
   * @param config what differs from the defaults of the manifest
   * @throws ControlPlaneError DETECTOR_CONFIG when manifest or detector refuse the configuration; DetectorFault
   */
  constructor(built: BuiltDetector, config: DetectorConfig = {}) {
    const detector = localDetector(built, config);
    const { fuel } = detector.limits;
    this.#detector = detector;
    this.#plan = new SelectionPlan([detector]);
    this.#ticks = new NodeTicks(detector.tickSeconds);
    this.#told.hasContext = detector.capabilities.includes('context');
    const message = { ...hostedDetector(detector, ''), limits: {}, fuel: String(fuel) };
    this.#instance = new HostedInstance(message, (_deadlineMs, _what, work) => work());
    const reply = this.#instance.start(built.module, NOTHING);
    this.#note(reply);
    if (reply.error === undefined) return;
    const { name } = detector;
    throw new ControlPlaneError('DETECTOR_CONFIG', `the detector ${name} refuses its configuration: ${reply.error}`);
  }

  /**
   * Hands over one batch, and the time when it is due.
   * @throws DetectorFault; the run is over then
   */
  feed(batch: Batch): void {
    const state = this.#nodeOf(batch);
    state.begin(batch.header);
    const cursor = this.#cursor.open(batch.records);
    while (cursor.next()) state.apply(cursor);
    const part = this.#parts.make(this.#plan, batch, state)?.[0];
    const tick = this.#ticks.after(batch.header, part !== undefined);
    if (part && !this.#lastTicks.has(state.node)) this.#lastTicks.set(state.node, batch.header.watermark);
    if (part || tick !== undefined) this.#give({ part: part ?? emptyPart(causeOf(batch)), tick }, state);
  }

  /**
   * Lets the time of a node go on to that of a batch that comes next, as a node does that is quiet: with a tick each
   * time one is due.
   * @throws DetectorFault; the run is over then
   */
  pass(next: Batch): void {
    const last = this.#lastTicks.get(next.header.node);
    const every = BigInt(this.#detector.tickSeconds) * SECOND;
    if (every === 0n || last === undefined) return;
    for (let time = last + every; time < next.header.watermark; time += every)
      this.feed({ ...next, records: NOTHING, header: { ...next.header, count: 0, watermark: time } });
  }

  #nodeOf({ header: { node } }: Batch): NodeState {
    const known = this.#nodes.get(node);
    if (known) return known;
    const fresh = new NodeState(node);
    this.#nodes.set(node, fresh);
    return fresh;
  }

  #give(waiting: WaitingPart, state: NodeState): void {
    const call = makeCall([waiting], ++this.#place, this.#told);
    this.counts.events += call.batch.count;
    this.#take(this.#instance.batch(call.batch, call.context ?? NOTHING), waiting, state);
    if (call.tick === undefined) return;
    this.counts.ticks++;
    this.#lastTicks.set(state.node, call.tick);
    this.#take(this.#instance.tick(call.tick), waiting, state);
  }

  #take(reply: ReplyMessage, waiting: WaitingPart, state: NodeState): void {
    this.#note(reply);
    if (reply.error !== undefined) this.errors.push(reply.error);
    for (const finding of reply.findings) this.findings.push(this.#described(finding, waiting, state));
  }

  #note(reply: ReplyMessage): void {
    this.counts.fuel += BigInt(reply.fuel);
    this.dropped.findings += reply.droppedFindings;
    this.dropped.logs += reply.droppedLogs;
    this.dropped.proposals += reply.droppedProposals;
    this.dropped.cut += reply.cut;
    this.dropped.refusedState += reply.refusedState;
    for (const { level, message } of reply.logs) this.logs.push({ level: LOG_LEVELS[level] ?? 'error', message });
    this.proposals.push(...reply.proposals);
  }

  #described(finding: GuestFinding, waiting: WaitingPart, state: NodeState): RunFinding {
    const known: KnownContainer = ({ node, agentEpoch }, slot) =>
      this.#told.containers.generationOf(node, agentEpoch, slot, this.#place);
    const place = placeFinding(finding, [waiting], known);
    const { header } = waiting.part.batch;
    const cursor = place?.record && this.#cursor.open(place.record);
    cursor?.next();
    return {
      title: finding.title,
      severity: priorityOf(this.#detector, finding.severity),
      message: finding.message,
      group: finding.groupKey,
      fields: Object.fromEntries(finding.fields),
      container: place && state.containers.find(place.slot, place.generation)?.name,
      event: cursor && kindInfo(cursor.kind)?.name,
      sequence: cursor && BigInt(cursor.sequence),
      node: header.node,
      time: header.wallOffset + (cursor ? BigInt(cursor.time) : header.watermark),
    };
  }
}
