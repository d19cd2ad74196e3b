import type { Log } from '@picket/sdk';
import type { Batch, Container } from '../../../types.ts';
import type { HostReply } from '../../host/pool/host-contract.ts';
import type { NodeState } from '../../state/node-state.ts';
import type { DetectorFinding, DetectorProposal } from '../detector-finding.ts';
import { goesOn, seesAllOf } from '../instance/hosted-detector.ts';
import { type FindingPlace, type KnownContainer, placeFinding } from '../instance/place-finding.ts';
import type { Runner } from '../instance/runner.ts';
import { type SavedRunner, savedStore } from '../instance/runner-state.ts';
import { waitAtMost } from '../instance/wait-at-most.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { OwnerHost } from '../owner/owner-host.ts';
import type { Call } from '../queue/kept-calls.ts';
import type { PartitionDetectorsContract } from '../runtime-contract.ts';
import { causeOf, PartMaker } from '../selection/part-maker.ts';
import type { SelectionPlan } from '../selection/selection-plan.ts';
import type { VersionRecord } from '../version/version-record.ts';
import { decodeRunners, encodeRunners, sizeOf } from './saved-runners.ts';
import { priorityOf, toldWhere } from './told-where.ts';

/** Findings and proposals that wait to be taken; what is beyond is dropped and counted. */
const MOST_FINDINGS = 20_000;
const MOST_PROPOSALS = 1000;
/** An instance that was given nothing for so long is closed, ms. */
const IDLE_MS = 600_000;

/** What a partition has of the runtime. */
export interface RuntimeParts {
  readonly log: Log;
  readonly now: () => number;
  /** Most bytes of states in a checkpoint. */
  readonly savedBytes: number;
  plan(): SelectionPlan;
  /** Undefined until there is a program. */
  detectors(): readonly LiveDetector[] | undefined;
  record(detector: LiveDetector): VersionRecord;
  owner(name: string): OwnerHost;
  runner(detector: LiveDetector, partition: number, answered: RunnerAnswered): Runner;
  found(partition: number): void;
  released(partition: number): void;
}

type RunnerAnswered = (runner: Runner, call: Call, step: number, reply: HostReply) => void;

/** See the contract. One instance for each version. */
export class PartitionDetectors implements PartitionDetectorsContract {
  readonly #partition: number;
  readonly #parts: RuntimeParts;
  #maker = new PartMaker('shared');
  readonly #runners = new Map<string, Runner>();
  readonly #states = new Map<string, NodeState>();
  /** Of a checkpoint, for detectors that do not run yet. */
  readonly #saved = new Map<string, SavedRunner>();
  #canaries = new Map<string, LiveDetector>();
  #findings: DetectorFinding[] = [];
  #proposals: DetectorProposal[] = [];
  #held: Uint8Array | undefined;

  constructor(partition: number, parts: RuntimeParts) {
    this.#partition = partition;
    this.#parts = parts;
    this.takeProgram();
  }

  get runners(): Iterable<Runner> {
    return this.#runners.values();
  }

  feed(batch: Batch, state: NodeState): void {
    this.#held = undefined;
    if (this.#runners.size === 0) return;
    this.#states.set(batch.header.node, state);
    const plan = this.#parts.plan();
    const parts = this.#maker.make(plan, batch, state);
    const cause = parts?.find((part) => part !== undefined)?.batch ?? causeOf(batch);
    for (const runner of this.#runners.values()) runner.offer(parts?.[plan.numberOf(runner.detector)], cause);
  }

  take(): DetectorFinding[] {
    const findings = this.#findings;
    this.#findings = [];
    return findings;
  }

  takeProposals(): DetectorProposal[] {
    const proposals = this.#proposals;
    this.#proposals = [];
    return proposals;
  }

  /** Waits until the queues have room again, at most `ms`. For who can wait, as a replay: nothing is skipped then. */
  async room(ms: number): Promise<void> {
    const full = [...this.#runners.values()].filter(({ isFull }) => isFull);
    await Promise.all(full.map((runner) => waitAtMost(ms, runner.untilRoom())));
  }

  async settle(ms: number): Promise<void> {
    await Promise.all([...this.#runners.values()].map((runner) => runner.settle(ms)));
    this.#held = this.#encode();
  }

  snapshot(): Uint8Array {
    return this.#held ?? this.#encode();
  }

  restore(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const saved = decodeRunners(bytes);
    this.#held = undefined;
    for (const runner of this.#runners.values()) runner.end();
    this.#runners.clear();
    this.#saved.clear();
    for (const runner of saved) this.#saved.set(runner.versionId, runner);
    this.takeProgram();
  }

  release(): void {
    for (const runner of this.#runners.values()) runner.end();
    this.#runners.clear();
    this.#parts.released(this.#partition);
  }

  /** Runs what the program of the runtime says from now on. */
  takeProgram(): void {
    const detectors = this.#parts.detectors();
    if (!detectors) return;
    const wanted = new Set(detectors.map(({ versionId }) => versionId));
    const gone = [...this.#runners.values()].filter(({ detector }) => !wanted.has(detector.versionId));
    for (const detector of detectors) this.#take(detector);
    for (const runner of gone) this.#drop(runner);
    // nobody looks at batches while there are no detectors: what was known of containers may no longer be true
    if (this.#runners.size === 0) this.#maker = new PartMaker('shared');
    this.#canaries = new Map(detectors.filter(isCanary).map((detector) => [detector.name, detector]));
    // states of detectors that were deleted are of no use any more
    for (const id of this.#saved.keys()) if (!wanted.has(id)) this.#saved.delete(id);
  }

  /** Closes instances that have had nothing to do for a while. */
  evictIdle(): void {
    const limit = this.#parts.now() - IDLE_MS;
    for (const runner of this.#runners.values()) if (runner.isOpen && runner.lastUsed <= limit) void runner.park();
  }

  #take(detector: LiveDetector): void {
    const running = this.#runners.get(detector.versionId);
    if (!running) this.#begin(detector);
    else if (running.detector === detector) return;
    else if (goesOn(running.detector, detector)) running.update(detector);
    else if (running.detector.owner === detector.owner) running.change(detector);
    else this.#succeed(detector, running);
  }

  #begin(detector: LiveDetector): void {
    const known = this.#saved.get(detector.versionId);
    const saved = known?.owner === detector.owner ? known : undefined;
    const before = [...this.#runners.values()].filter(({ detector: other }) => other.name === detector.name).at(-1);
    const runner = this.#parts.runner(detector, this.#partition, this.#answered);
    this.#runners.set(detector.versionId, runner);
    this.#saved.delete(detector.versionId);
    if (saved) runner.load(saved);
    else if (detector.migrate === 'keep') this.#migrate(detector, runner, before);
  }

  /** The state store of the version before, which runs or was in the checkpoint. */
  #migrate(detector: LiveDetector, runner: Runner, before: Runner | undefined): void {
    if (before?.detector.owner === detector.owner) runner.inherit(before.stateNow());
    if (before) return;
    const saved = [...this.#saved.values()].find(
      ({ name, owner }) => name === detector.name && owner === detector.owner,
    );
    if (saved) runner.inherit(Promise.resolve(savedStore(saved)));
  }

  /** It belongs to somebody else now: to another process. */
  #succeed(detector: LiveDetector, running: Runner): void {
    const runner = this.#parts.runner(detector, this.#partition, this.#answered);
    this.#runners.set(detector.versionId, runner);
    const state = running.stateNow();
    if (seesAllOf(detector, running.detector)) runner.inherit(state);
    void state.finally(() => {
      // its successor belongs to somebody who may see something else
      running.skip('restart', running.queued);
      running.end();
    });
  }

  /** Its successor may still wait for its state. */
  #drop(runner: Runner): void {
    this.#runners.delete(runner.detector.versionId);
    void runner.stateNow().finally(() => runner.end());
  }

  readonly #answered: RunnerAnswered = (runner, call, step, reply) => {
    const { detector, state } = runner;
    const { record } = runner;
    const now = this.#parts.now();
    this.#parts.owner(detector.owner).fuel.use(Number(reply.fuel), now);
    record.answer(reply, this.#partition, now);
    if (step === 0) record.given(call.batch.count);
    const known: KnownContainer = ({ node, agentEpoch }, slot) =>
      state.told.generationOf(node, agentEpoch, slot, call.place);
    for (const finding of reply.findings) {
      const place = placeFinding(finding, step === 0 ? call.parts : call.parts.slice(-1), known);
      if (!place || !this.#mayTell(runner, place, now)) record.dropFinding();
      else {
        record.found();
        this.#findings.push(this.#finding(detector, finding, place));
      }
    }
    this.#propose(runner, call, reply);
    if (reply.findings.length + reply.proposals.length > 0) this.#parts.found(this.#partition);
  };

  #mayTell(runner: Runner, { batch: { header } }: FindingPlace, now: number): boolean {
    const time = header.watermark + header.wallOffset;
    if (!runner.state.rate.take(time) || this.#findings.length >= MOST_FINDINGS) return false;
    return this.#parts.owner(runner.detector.owner).findings.take(now);
  }

  #finding(detector: LiveDetector, finding: HostReply['findings'][number], place: FindingPlace): DetectorFinding {
    const { batch, record, index, slot, generation } = place;
    const told = toldWhere(detector, this.#canaryBeside(detector), this.#canaryPlace(place));
    return {
      detector,
      finding,
      priority: priorityOf(detector, finding.severity),
      batch,
      record,
      index,
      slot,
      generation,
      told,
    };
  }

  #canaryBeside(detector: LiveDetector): LiveDetector | undefined {
    const canary = detector.stage === 'active' ? this.#canaries.get(detector.name) : undefined;
    if (!canary) return undefined;
    const isOut = this.#parts.record(canary).breaker.openUntil(this.#parts.now()) !== undefined;
    const isRefused = this.#runners.get(canary.versionId)?.refused !== undefined;
    return isOut || isRefused ? undefined : canary;
  }

  #canaryPlace({ batch, container: entry, slot, generation }: FindingPlace) {
    const { node } = batch.header;
    if (entry) return { node, containerId: entry.id, namespace: entry.namespace, labels: entry.labels };
    const state = this.#states.get(node);
    // slots mean something else in another run of the agent
    const isSame = slot !== 0 && state?.sameAs(batch.header) === 'run';
    const found: Container | undefined = isSame ? state.containers.find(slot, generation) : undefined;
    return { node, containerId: found?.id ?? '', namespace: found?.podNamespace ?? '', labels: found?.labels ?? [] };
  }

  #propose({ detector, record }: Runner, call: Call, { proposals }: HostReply): void {
    const node = call.parts.at(-1)?.part.batch.header.node ?? '';
    for (const proposal of proposals) {
      const { action, target, reason } = proposal;
      record.log.add(1, `proposes ${action} of ${target}: ${reason}`, this.#partition, this.#parts.now());
      if (this.#proposals.length < MOST_PROPOSALS) this.#proposals.push({ detector, node, ...proposal });
      else record.dropProposal();
    }
  }

  #encode(): Uint8Array {
    const running = [...this.#runners.values()].flatMap((runner) => runner.saved() ?? []);
    const saved = [...running, ...this.#saved.values()];
    let left = this.#parts.savedBytes;
    // the small ones first, so that a large one costs itself alone
    const kept = saved
      .toSorted((a, b) => sizeOf(a) - sizeOf(b))
      .filter((runner) => {
        left -= sizeOf(runner);
        return left >= 0;
      });
    const tooLarge = saved.filter((runner) => !kept.includes(runner));
    if (tooLarge.length > 0)
      this.#parts.log.warn('the checkpoint has no room for the state of some detectors: a crash would lose it', {
        partition: this.#partition,
        detectors: tooLarge.map(({ name }) => name).join(' '),
        bytes: tooLarge.reduce((sum, runner) => sum + sizeOf(runner), 0),
      });
    return encodeRunners(kept);
  }
}

const isCanary = ({ stage, paused }: LiveDetector): boolean => stage === 'canary' && !paused;
