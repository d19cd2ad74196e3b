import { messageOf } from '@picket/sdk';
import { DetectorFault } from '../../host/instance/detector-fault.ts';
import type { HostReply } from '../../host/pool/host-contract.ts';
import { HostFailed } from '../../host/pool/host-failed.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { HostMember, OwnerHost } from '../owner/owner-host.ts';
import { type Call, partsLeft } from '../queue/kept-calls.ts';
import type { WaitingPart } from '../queue/waiting-parts.ts';
import { dependsOnJoining } from './depends-on-joining.ts';
import { stateOf } from './instance-base.ts';
import { InstanceRun } from './instance-run.ts';
import { RunnerState } from './runner-state.ts';

/** A call that was under way alone when its process ended so often is not given again. */
const MOST_STRIKES = 2;

export interface KeeperEvents {
  /** What a call came to, told once for each step, in order. */
  answered(call: Call, step: number, reply: HostReply): void;
  /** Lines that `init` logged. */
  begun(reply: HostReply): void;
  /**
   * An instance was given up, or could not begin.
   * @param lost records of the call at fault
   * @param again what must be given to the next instance
   */
  faulted(code: string, message: string, lost: number, again: readonly WaitingPart[]): void;
  /** The process of the instance was gone. */
  restarted(): void;
  /** The state store could not be had. */
  problem(message: string): void;
  /** Something may go on. */
  changed(): void;
}

/**
 * Keeps one instance of a detector alive in the process of its owner. Each call is kept until a snapshot covers it. When the
 * process is gone, a new instance is made from the last snapshot and given the same calls again; answers that were taken before are not
 * taken again, so that nothing is told twice and nothing is missing. After a fault a new instance begins with the state store alone.
 */
export class InstanceKeeper implements HostMember {
  readonly #owner: OwnerHost;
  readonly #events: KeeperEvents;
  detector: LiveDetector;
  state: RunnerState;
  /** Whether parts may be joined: not for a detector whose answers were seen to depend on it. */
  joins = true;
  #phase: 'idle' | 'opening' | 'running' = 'idle';
  #run: InstanceRun | undefined;
  /** Grows whenever what is under way is to be forgotten. */
  #turn = 0;
  #isRecovering = false;
  /** The call that is given again, alone, after a crash. */
  #head: Call | undefined;
  #openStrikes = 0;
  #snapshot: Promise<void> | undefined;
  /** Of its memory, as of the last answer. */
  usedBytes = 0;

  constructor(detector: LiveDetector, owner: OwnerHost, events: KeeperEvents) {
    this.detector = detector;
    this.state = new RunnerState(detector);
    this.#owner = owner;
    this.#events = events;
  }

  get versionId(): string {
    return this.detector.versionId;
  }

  /** The instance, while it can be given something. */
  get ready(): InstanceRun | undefined {
    return this.#phase === 'running' && !this.#owner.isRecovering ? this.#run : undefined;
  }

  get isOpen(): boolean {
    return this.#run !== undefined;
  }

  /** Nothing is under way. */
  get isQuiet(): boolean {
    return this.#phase !== 'opening' && !this.#isRecovering && (this.#run?.inFlight ?? 0) === 0;
  }

  /** Whether it must be opened to go on. */
  get isClosed(): boolean {
    return this.#phase === 'idle';
  }

  get isRecovering(): boolean {
    return this.#isRecovering;
  }

  pump(): void {
    this.#events.changed();
  }

  gone(why: unknown): void {
    this.#run?.fail(why);
  }

  /** Begins to open it. @returns why its owner may not have it open */
  open(): string | undefined {
    const refused = this.#isRecovering ? undefined : this.#owner.refuses(this);
    if (refused !== undefined) return refused;
    this.#owner.join(this);
    this.#phase = 'opening';
    const turn = ++this.#turn;
    void this.#owner.inLine(() => this.#start(turn));
    return undefined;
  }

  /** Resolves when the call is answered, or the instance is gone. */
  give(run: InstanceRun, call: Call): Promise<void> {
    this.state.kept.add(call);
    return run.give(call);
  }

  /** Holds its state; one snapshot at a time. Resolves at once when there is nothing new. */
  takeSnapshot(): Promise<void> {
    const run = this.#run;
    if (!run || this.state.kept.calls.length === 0) return Promise.resolve();
    this.#snapshot ??= this.#askForSnapshot(run);
    return this.#snapshot;
  }

  /** Closes the instance. What it knew since the last snapshot comes back by its calls. */
  letGo(): void {
    this.#run?.close();
    this.#forget();
    this.#endRecovery();
    this.usedBytes = 0;
    this.#owner.leave(this);
  }

  /**
   * Makes an instance anew, with the state store that `find` gives.
   * @returns what must be given to it again
   */
  async beginAnew(find: () => Promise<Uint8Array | undefined>): Promise<WaitingPart[]> {
    this.#turn++;
    this.#phase = 'opening';
    const state = await find();
    this.letGo();
    const before = this.state;
    this.state = new RunnerState(this.detector);
    this.state.beginAnew(state);
    this.state.skipped = before.skipped;
    return before.kept.clear().flatMap(partsLeft);
  }

  /** The state store as of the last snapshot. @param hash of the module that it is of */
  storedState(hash = this.detector.hash): Uint8Array | undefined {
    return stateOf(this.state.base, hash, (why) => this.#events.problem(`its state store is lost: ${why}`));
  }

  async #start(turn: number): Promise<void> {
    if (turn !== this.#turn) return;
    const run = await this.#newRun(turn);
    if (turn !== this.#turn) return;
    this.#run = run;
    if (!run) {
      this.#phase = 'idle';
      return;
    }
    const reply = await run.open(this.detector, this.state.base);
    if (!reply || !this.#begins(run, reply) || !(await this.#giveAgain(run))) return;
    this.#phase = 'running';
    this.#openStrikes = 0;
    this.#endRecovery();
    this.#events.changed();
  }

  async #newRun(turn: number): Promise<InstanceRun | undefined> {
    try {
      const host = await this.#owner.host();
      if (turn !== this.#turn) return undefined;
      return new InstanceRun(host, this.#owner.newKey(this), {
        answered: (call, step, reply) => this.#answered(call, step, reply),
        failed: (error, call) => this.#failed(error, call),
      });
    } catch {
      if (turn === this.#turn) this.#owner.wakeLater(this);
      return undefined; // the owner has said why
    }
  }

  /** Takes the answer of `init`. False when it refused the configuration. */
  #begins(run: InstanceRun, reply: HostReply): boolean {
    this.usedBytes = reply.memoryBytes;
    const { base } = this.state;
    if (base.isTold) return true;
    this.#events.begun(reply);
    if (reply.error === undefined) {
      this.state.base = { ...base, isTold: true };
      return true;
    }
    run.close();
    this.#forget();
    this.#fault(undefined, 'DETECTOR_CONFIG', `it refuses its configuration: ${reply.error}`, base.state);
    return false;
  }

  /** Gives what came since the snapshot again, one call at a time: when the process ends, it shows by which. */
  async #giveAgain(run: InstanceRun): Promise<boolean> {
    for (const call of [...this.state.kept.calls]) {
      this.#head = call;
      await run.give(call);
      if (run.isOver) return false;
    }
    this.#head = undefined;
    return true;
  }

  #answered(call: Call, step: number, reply: HostReply): void {
    this.usedBytes = reply.memoryBytes;
    if (call.answered > step) return;
    if (step === 0 && dependsOnJoining(call, reply)) {
      this.#takeApart();
      return;
    }
    call.answered = step + 1;
    this.#events.answered(call, step, reply);
  }

  /** Goes back to the last snapshot and gives what was joined part by part, from now on. What was answered before stays as it is. */
  #takeApart(): void {
    this.joins = false;
    this.state.kept.takeApart();
    this.#run?.close();
    this.#forget();
    this.#recover();
  }

  async #askForSnapshot(run: InstanceRun): Promise<void> {
    const place = this.state.kept.next;
    const told = this.state.told.saved();
    const bytes = await run.snapshot();
    if (!bytes) return;
    this.state.advance(bytes, told, place);
    this.#snapshot = undefined;
    this.#events.changed();
  }

  #failed(error: unknown, call: Call | undefined): void {
    const head = this.#head;
    this.#forget();
    if (error instanceof DetectorFault && error.code !== 'DETECTOR_DEAD')
      this.#fault(call, error.code, error.message, error.state ?? this.storedState());
    else this.#lost(error, head);
  }

  #forget(): void {
    this.#run = undefined;
    this.#head = undefined;
    this.#snapshot = undefined;
    this.#phase = 'idle';
    this.#turn++;
  }

  /** The process is gone, or the worker: no fault of this instance, unless it was the only one that was given anything. */
  #lost(error: unknown, head: Call | undefined): void {
    this.#events.restarted();
    const isNeighbour = error instanceof HostFailed && error.code === 'DETECTOR_NEIGHBOUR';
    if (this.#isRecovering && !isNeighbour && this.#strike(head) >= MOST_STRIKES) {
      this.#fault(head, 'DETECTOR_HOST_ENDED', `its process ends with it: ${messageOf(error)}`, this.storedState());
      return;
    }
    this.#recover();
  }

  /** The instance is made again by the next that happens. */
  #recover(): void {
    if (!this.#isRecovering) this.#owner.beginRecovery();
    this.#isRecovering = true;
    this.#events.changed();
  }

  #strike(head: Call | undefined): number {
    return head ? ++head.strikes : ++this.#openStrikes;
  }

  /** The instance and its memory are given up, and the call at fault. */
  #fault(call: Call | undefined, code: string, message: string, store: Uint8Array | undefined): void {
    const again = this.state.kept.clear(call).flatMap(partsLeft);
    this.state.beginAnew(store);
    this.#openStrikes = 0;
    this.#endRecovery();
    this.#events.faulted(code, message, call?.answered === 0 ? call.batch.count : 0, again);
  }

  #endRecovery(): void {
    if (!this.#isRecovering) return;
    this.#isRecovering = false;
    this.#owner.endRecovery();
  }
}
