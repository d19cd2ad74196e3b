import type { HostReply } from '../../host/pool/host-contract.ts';
import type { CauseBatch } from '../detector-finding.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { OwnerHost } from '../owner/owner-host.ts';
import type { Call } from '../queue/kept-calls.ts';
import type { QueueBudget } from '../queue/queue-budget.ts';
import type { QueueLimits } from '../queue/queue-limits.ts';
import { WaitingParts } from '../queue/waiting-parts.ts';
import type { SkipReason } from '../runtime-contract.ts';
import { emptyPart, type Part } from '../selection/part.ts';
import type { VersionRecord } from '../version/version-record.ts';
import { Alarm } from './alarm.ts';
import { InstanceKeeper } from './instance-keeper.ts';
import type { InstanceRun } from './instance-run.ts';
import { makeCall } from './make-call.ts';
import type { RunnerState, SavedRunner } from './runner-state.ts';
import { waitAtMost } from './wait-at-most.ts';

/** Calls of one instance that are under way at once: one at work, one that waits for it. */
const MOST_IN_FLIGHT = 2;
/** How long a changed detector waits for the state of the one before. */
const STATE_MS = 5000;

export interface RunnerEvents {
  /** What a call came to, told once for each of its steps. */
  answered(runner: Runner, call: Call, step: number, reply: HostReply): void;
  /** An instance was given up. */
  faulted(runner: Runner, code: string, message: string): void;
}

export interface RunnerOptions {
  readonly detector: LiveDetector;
  readonly partition: number;
  /** Asked each time: a version may get a new one. */
  readonly record: () => VersionRecord;
  readonly owner: OwnerHost;
  readonly limits: QueueLimits;
  readonly budget: QueueBudget;
  readonly events: RunnerEvents;
  readonly now: () => number;
}

/** One detector version in one partition: what waits for it, and its instance. Nothing of it waits for another detector. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #waiting: WaitingParts;
  readonly #keeper: InstanceKeeper;
  #isEnded = false;
  #isFlushing = false;
  #isLate = false;
  /** By the clock that nobody sets. */
  #lastSent = Number.NEGATIVE_INFINITY;
  readonly #alarm = new Alarm(() => this.pump());
  #onIdle: (() => void)[] = [];
  #onRoom: (() => void)[] = [];
  /** Why the quota of its owner keeps it out. */
  refused: string | undefined;
  lastUsed: number;

  constructor(options: RunnerOptions) {
    const { detector, owner, events, limits, now } = options;
    this.#options = options;
    this.#waiting = new WaitingParts(limits, options.budget);
    this.lastUsed = now();
    this.#keeper = new InstanceKeeper(detector, owner, {
      answered: (call, step, reply) => events.answered(this, call, step, reply),
      begun: ({ logs }) => {
        for (const { level, message } of logs) this.record.log.add(level, message, this.partition, now());
      },
      faulted: (code, message, lost, again) => {
        this.skip('fault', lost);
        this.#waiting.unshift(again);
        events.faulted(this, code, message);
        this.pump();
      },
      restarted: () => void this.record.restarts++,
      problem: (message) => this.record.log.add(3, message, this.partition, now()),
      changed: () => this.pump(),
    });
  }

  get detector(): LiveDetector {
    return this.#keeper.detector;
  }

  /** Of its version. */
  get record(): VersionRecord {
    return this.#options.record();
  }

  get partition(): number {
    return this.#options.partition;
  }

  get state(): RunnerState {
    return this.#keeper.state;
  }

  get isOpen(): boolean {
    return this.#keeper.isOpen;
  }

  /** Of the memory of its instance. */
  get usedBytes(): number {
    return this.#keeper.usedBytes;
  }

  /** Records that wait or are under way. */
  get queued(): number {
    const open = this.state.kept.calls.filter(({ answered }) => answered === 0);
    return open.reduce((sum, { batch }) => sum + batch.count, this.#waiting.records);
  }

  /** Whether its queue is half full. Nobody waits for one that was too late before. */
  get isFull(): boolean {
    return !this.#isLate && this.#waiting.fill >= 0.5;
  }

  /**
   * A batch of its partition.
   * @param part what it wants of it; undefined for nothing
   */
  offer(part: Part | undefined, batch: CauseBatch): void {
    if (this.#isEnded || this.detector.paused) return;
    const tick = this.state.ticks.after(batch.header, part !== undefined);
    if (!part && tick === undefined) return;
    const { now } = this.#options;
    this.lastUsed = now();
    const records = part?.count ?? 0;
    if (this.#isQuarantined()) this.skip('quarantine', records);
    else if (!this.#waiting.push({ part: part ?? emptyPart(batch), tick })) this.skip(this.#overflow(), records);
    this.pump();
  }

  /** Hands on what can be handed on. */
  pump(): void {
    if (this.#isEnded) return;
    const keeper = this.#keeper;
    if (keeper.isClosed && (this.#waiting.parts > 0 || keeper.isRecovering)) this.#open();
    for (let run = keeper.ready; run && this.#waiting.parts > 0 && this.#maySend(run); run = keeper.ready)
      this.#send(run);
    if (this.#isIdle()) for (const tell of this.#onIdle.splice(0)) tell();
    if (this.#onRoom.length > 0 && !this.isFull) for (const tell of this.#onRoom.splice(0)) tell();
  }

  /** Resolves when its queue is no longer half full. */
  untilRoom(): Promise<void> {
    return this.#wait(this.#onRoom);
  }

  skip(reason: SkipReason, records: number): void {
    this.state.skipped += records;
    this.record.skip(reason, records);
  }

  /** Drops what waits, because the version is out of service, and lets go of the instance. */
  suspend(): void {
    this.skip('quarantine', this.#waiting.clear());
    void this.park();
  }

  /** Lets go of the instance; its state is kept, and it comes back with the next batch. */
  async park(): Promise<void> {
    await this.#untilIdle();
    await this.#keeper.takeSnapshot();
    // in the meantime it may have been given something
    if (this.#isIdle()) this.#letGo();
  }

  /** Waits until everything is answered and a snapshot covers it, see `PartitionDetectorsContract.settle`. */
  async settle(ms: number): Promise<void> {
    if (this.#isLate && !this.#isIdle()) return;
    const until = performance.now() + ms;
    this.#isFlushing = true;
    this.#isLate = !(await waitAtMost(ms, this.#untilIdle()));
    if (!this.#isLate) this.#isLate = !(await waitAtMost(until - performance.now(), this.#keeper.takeSnapshot()));
    this.#isFlushing = false;
  }

  /** Its state for a checkpoint; undefined when it has none. */
  saved(): SavedRunner | undefined {
    return this.state.saved(this.detector, this.#waiting.records);
  }

  /** Goes on from a checkpoint. Before anything is offered. */
  load(saved: SavedRunner): void {
    const { now } = this.#options;
    const report = (why: string) => this.record.log.add(3, `its state can not be read: ${why}`, this.partition, now());
    this.state.load(saved, this.detector.hash, report);
    this.skip('restart', saved.missed);
  }

  /** Begins with a state store of another version, once it is there. */
  inherit(state: Promise<Uint8Array | undefined>): void {
    void this.#beginAnew(() => state);
  }

  /** Becomes another one that can go on with the same instance. */
  update(next: LiveDetector): void {
    this.#keeper.detector = next;
    if (next.paused) void this.park();
  }

  /** Becomes another one that needs a new instance: its state store goes on, its memory does not. */
  change(next: LiveDetector): void {
    const { hash } = this.detector;
    this.#keeper.detector = next;
    void this.#beginAnew(() => this.stateNow(hash));
  }

  /** Its state store, for a version that takes over. @param hash of the module that it is of */
  async stateNow(hash = this.detector.hash): Promise<Uint8Array | undefined> {
    await waitAtMost(STATE_MS, this.#keeper.takeSnapshot());
    return this.#keeper.storedState(hash);
  }

  /** Ends it for good. */
  end(): void {
    this.#isEnded = true;
    this.#waiting.clear();
    this.#letGo();
    for (const tell of [...this.#onIdle.splice(0), ...this.#onRoom.splice(0)]) tell();
  }

  #wait(list: (() => void)[]): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      list.push(resolve);
      this.pump();
    });
  }

  #isQuarantined(): boolean {
    return this.record.breaker.openUntil(this.#options.now()) !== undefined;
  }

  #overflow(): SkipReason {
    return this.#options.owner.fuel.wait(this.#options.now()) > 0 ? 'fuel' : 'queue';
  }

  #open(): void {
    this.refused = this.#keeper.open();
    if (this.refused !== undefined) this.skip('quota', this.#waiting.clear());
  }

  #maySend(run: InstanceRun): boolean {
    const { limits, owner, now } = this.#options;
    if (run.inFlight >= MOST_IN_FLIGHT || !this.#hasRoom()) return false;
    const isLarge = this.#waiting.records >= limits.joinRecords;
    if (run.inFlight > 0 && !isLarge) return false;
    // waiting makes no larger call where nothing is joined
    const isUrgent = isLarge || this.#isFlushing || !this.#keeper.joins;
    const pause = isUrgent ? 0 : this.#lastSent + limits.joinMs - performance.now();
    const wait = Math.max(pause, owner.fuel.wait(now()));
    if (wait > 0) this.#alarm.set(wait);
    return wait <= 0;
  }

  /** Calls are kept until a snapshot covers them; half full, one is asked for. */
  #hasRoom(): boolean {
    const { keptBytes, keptCalls } = this.#options.limits;
    const { bytes, calls } = this.state.kept;
    const full = Math.max(bytes / keptBytes, calls.length / keptCalls);
    if (full >= 0.5) void this.#keeper.takeSnapshot();
    return full < 1;
  }

  #send(run: InstanceRun): void {
    const { told, processes, skipped } = this.state;
    const hasContext = this.detector.capabilities.includes('context');
    const parts = this.#keeper.joins
      ? this.#waiting.takeJoined((node, epoch, entry) => told.knows(node, epoch, entry))
      : this.#waiting.takeOne();
    const call = makeCall(parts, this.state.kept.next, { containers: told, processes, hasContext, skipped });
    this.#lastSent = performance.now();
    void this.#keeper.give(run, call).then(() => this.pump());
  }

  #isIdle(): boolean {
    return this.#waiting.parts === 0 && this.#keeper.isQuiet;
  }

  #untilIdle(): Promise<void> {
    return this.#wait(this.#onIdle);
  }

  /** Makes an instance anew. What waits, waits for it. */
  async #beginAnew(find: () => Promise<Uint8Array | undefined>): Promise<void> {
    const again = await this.#keeper.beginAnew(find);
    if (this.#isEnded) return;
    this.#waiting.unshift(again);
    this.pump();
  }

  #letGo(): void {
    this.#alarm.clear();
    this.#keeper.letGo();
  }
}
